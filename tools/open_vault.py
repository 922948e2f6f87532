#!/usr/bin/env python3
"""A second reader of vaults, written from docs/format.md alone. It shares no code with habeas; only tests use it.

Opens a vault with a passphrase and prints what is there as one JSON object, or with --records one record a line.
Whatever is not as the format says is refused with its place (exit code 1). Nothing is written."""

import argparse, base64, collections, functools, hashlib, hmac, json, pathlib, struct, sys, tomllib, types, unicodedata
from nacl import bindings as sodium

SOURCE, BEGUN, RECORD, FINISHED, UNDONE, LINK_RUN = 2, 3, 4, 6, 7, 10
DEVICE, MEMBER, EPOCH, ERASURE, RETRACTION, KINDS = 13, 14, 15, 16, 19, {*range(1, 23), *range(30, 38)}
FRAMES_AT, MARKS_AT, CHUNK, VAULT_ITEM, GENERAL = 12288, (4096, 8192), 65536, bytes(16), bytes(15) + b"\1"
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def mac(key, *parts): return hmac.digest(key, b"".join(parts), "sha256")
def le(number, size): return number.to_bytes(size, "little")
def unseal(key, nonce, aad, sealed): return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)
def need(holds, otherwise):
    if not holds: raise ValueError(otherwise)
def check_signature(public, signature, message):
    need(sodium.crypto_sign_open(signature + message, public) == message, "no signature of this key")
def cbor(data, at=0):
    major, n, at = data[at] >> 5, data[at] & 31, at + 1
    if major == 7: return {20: False, 21: True, 22: None}[n], at
    if n >= 24:
        raw, least, at = data[at:at + (size := 1 << n - 24)], 24 if n == 24 else 1 << 4 * size, at + size
        n = int.from_bytes(raw, "big")
        need(len(raw) == size <= 8 and n >= least, "a number that is not in its shortest form")
    if major <= 1: return -1 - n if major else n, at
    if major <= 3:
        need(at + n <= len(data), "CBOR that is cut off")
        return data[at:at + n] if major == 2 else str(data[at:at + n], "utf-8"), at + n
    need(major <= 5, "a tag")
    items = []
    for _ in range(n * (major - 3)):
        item, at = cbor(data, at)
        items.append(item)
    if major == 4: return items, at
    keys = items[::2]
    need(all(type(key) is int for key in keys) and keys == sorted(set(keys)), "keys of a map that are not ascending numbers")
    return dict(zip(keys, items[1::2])), at
def whole(data):
    need((read := cbor(data))[1] == len(data), "bytes behind the value")
    return read[0]
def padded(data, trailer=0):
    value, end = cbor(data)
    need(data[end + trailer:] == b"\x80" + bytes(-(end + trailer + 1) % 64), "wrong padding")
    return value, data[:end], data[end:end + trailer]
def peaks(leaves):
    largest = 1 << len(leaves).bit_length() - 1 if leaves else 0
    halves = [] if largest < 2 else peaks(leaves[:largest // 2]) + peaks(leaves[largest // 2:largest])
    return [sha(b"\1", *halves) if halves else leaves[0], *peaks(leaves[largest:])] if leaves else []
def root(leaves):
    *hashes, top = peaks(leaves) or [bytes(32)]
    return functools.reduce(lambda right, left: sha(b"\1", left, right), reversed(hashes), top)

class Vault:
    def __init__(self, folder):
        self.dir, self.feeds, self.entries, self.commits, self.seen = pathlib.Path(folder), {}, [], [], []
        self.compartments, self.nodes, self.counts = {}, collections.defaultdict(dict), collections.Counter()
    def open(self, passphrase, key_file, outside):
        public = tomllib.loads(self.file("vault.toml").decode())
        need((public["format"], public["suite"]) == (1, 1), "another format or suite")
        self.id, genesis = bytes.fromhex(public["vault"]), self.file("genesis")
        right = len(genesis) == 104 and genesis[:8] == b"HABGEN1\n"
        need(right and sha(b"habeas/1 genesis", genesis)[:16] == self.id, "the genesis of another vault")
        self.members = {sha(b"habeas/1 user", genesis[40:])[:16]: genesis[40:72]}
        self.key, user_seed = self.unlock(unicodedata.normalize("NFC", passphrase).encode(), key_file)
        self.tag_key, of_user = self.derive(self.key, b"habeas/1 tag"), mac(bytes(16), user_seed)
        self.secret = mac(of_user, b"habeas/1 user open\1")
        self.open_public = sodium.crypto_scalarmult_base(self.secret)
        sign_public, _ = sodium.crypto_sign_seed_keypair(mac(of_user, b"habeas/1 user sign\1"))
        self.user = sha(b"habeas/1 user", sign_public, self.open_public)[:16]
        if (self.dir / "device").exists():
            magic, device, nonce, sealed = struct.unpack("<8s16s24s48s", self.file("device"))
            seed = unseal(self.derive(self.key, b"habeas/1 device", device), nonce, b"habeas/1 device" + self.id + device, sealed)
            public, _ = sodium.crypto_sign_seed_keypair(seed)
            need(magic == b"HABDEV1\n" and sha(b"habeas/1 device id", public)[:16] == device, "the key of another device")
        for folder in self.names("feeds"):
            feed = types.SimpleNamespace(device=bytes.fromhex(folder[6:]), public=None, seq=1, chain=bytes(32), lamport=-1,
                                         chains={0: bytes(32)}, leaves=[], notes=[])
            self.read_feed(feed, self.names(folder))
            self.feeds[feed.device] = feed
        self.entries.sort(key=lambda entry: entry.order)
        self.open_keys()
        self.check_history(outside)
        self.open_bodies()
    def file(self, name):
        self.place = name
        return (self.dir / name).read_bytes()
    def names(self, folder): return sorted(f"{folder}/{path.name}" for path in (self.dir / folder).glob("*"))
    def derive(self, secret, *info): return mac(mac(self.id, secret), *info, b"\1")
    def unlock(self, passphrase, key_file):
        for name in self.names("unlock"):
            slot = whole(self.file(name))
            need(name == f"unlock/{slot[1].hex()}.slot", "the slot of another name")
            if slot[0] == 1 and slot.get(9, False) == (key_file is not None):
                need(8 <= slot[3] <= 2048 and 1 <= slot[4] <= 16 and slot[5] == 1, "a cost out of bounds")
                a = sodium.crypto_pwhash_alg(32, passphrase, slot[2], slot[4], slot[3] << 20, sodium.crypto_pwhash_ALG_ARGON2ID13)
                kek = self.derive(a + (bytes(32) if key_file is None else sha(key_file)), b"habeas/1 kek")
                if sha(b"habeas/1 commit", slot[1], kek) == slot[8]:
                    keys = unseal(kek, slot[6], b"habeas/1 slot" + self.id + slot[1], slot[7])
                    return keys[:32], keys[32:64]
        raise ValueError("no slot opens with this passphrase")
    def read_feed(self, feed, names):
        feed.closed = [name for name in names if name.endswith(".seg")]
        for number, name in enumerate(feed.closed, 1):
            need(name.endswith(f"/{number:06}.seg"), "a foreign file, or one before it is missing")
            data, at, kind = self.header(feed, name, number), 128, 0
            while kind != 3:
                kind, at = self.frame(feed, data, at, name)
            check_signature(feed.public, data[at:], b"habeas/1 close" + self.id + feed.device + le(number, 8) + feed.chain)
        if names == feed.closed or self.file(names[-1])[44:52] == le(len(feed.closed), 8):
            return  # Another device's feed; or a crash came after a segment was closed and before the next was begun.
        need(names == [*feed.closed, f"feeds/{feed.device.hex()}/open.part"], "a foreign file")
        data, key = self.header(feed, names[-1], len(feed.closed) + 1), self.derive(self.key, b"habeas/1 mark", feed.device)
        marks = [data[at:at + 104] for at in MARKS_AT]
        marks = [mark[8:72] for mark in marks if mark[:8] == b"HABLEN1\n" and mac(key, mark[:72]) == mark[72:]]
        need(marks, "both records of the durable length are unreadable")
        _, *durable = max(struct.unpack("<QQQQ32s", mark) for mark in marks)
        at, reached = FRAMES_AT, False
        while not (reached := reached or [len(feed.closed) + 1, at, feed.seq, feed.chain] == durable) or at < len(data):
            kind, at = self.frame(feed, data, at, names[-1])
            need(kind != 3, "a closing frame in an open segment")
    def header(self, feed, name, number):
        data = self.file(name)
        head = struct.pack("<8sHH16s16sQQ32s36x", b"HABSEG1\n", 1, 1, self.id, feed.device, number, feed.seq, feed.chain)
        need(data[:128] == head, "not the header of this segment")
        feed.chain = sha(b"habeas/1 segment", head)
        return data
    def frame(self, feed, data, at, name):
        self.place, end = f"{name}, byte {at}", at + 4 + int.from_bytes(data[at:at + 4], "little")
        need(at + 45 <= end <= min(len(data), at + 4 + (16 << 20)), "a frame that is cut off or of an impossible length")
        kind, key = data[at + 4], self.derive(self.key, b"habeas/1 feed", feed.device)
        aad = b"habeas/1 frame" + self.id + feed.device + le(feed.seq, 8) + bytes([kind]) + feed.chain
        plain = unseal(key, data[at + 5:at + 29], aad, data[at + 29:end])
        if kind == 1:
            self.commit(feed, *padded(plain, 64))
        elif kind == 2:
            feed.notes.append((self.place, padded(plain)[0][0]))
        else:
            tree = {0: len(feed.leaves), 1: root(feed.leaves), 2: peaks(feed.leaves)}
            need(kind == 3 and padded(plain)[0] == tree, "an unknown kind, or another tree than the entries make")
        feed.chain = feed.chains[feed.seq] = sha(b"habeas/1 chain", feed.chain, data[at:end])
        feed.seq += 1
        return kind, end
    def commit(self, feed, commit, plain, signature):
        need(commit[0] > feed.lamport, "a time that goes backwards")
        feed.lamport, frame = commit[0], self.id + feed.device + le(feed.seq, 8) + feed.chain
        self.seen += [(self.place, *head) for head in commit[5]]
        self.commits.append((self.place, commit[2], signature, b"habeas/1 commit" + frame + sha(plain)))
        for i, raw in enumerate(commit[6]):
            value = whole(raw)
            need(value[1] in KINDS and value[2] == 1, "an unknown kind or schema")
            entry = types.SimpleNamespace(id=value[0], kind=value[1], item=value[3], clear=value[5], sealed=value[6], body=None,
                                          place=self.place, order=(commit[0], feed.device, feed.seq, i))
            if entry.item == VAULT_ITEM:
                self.open_body(entry, self.derive(self.key, b"habeas/1 item", VAULT_ITEM))
            if feed.public is None:
                need(entry.kind == DEVICE, "a feed that does not begin with its device")
                feed.public = entry.body[0]
                need(sha(b"habeas/1 device id", feed.public)[:16] == feed.device, "the key of another device")
            self.entries.append(entry)
            feed.leaves.append(sha(b"\0", mac(commit[4], le(i, 4)), sha(raw)))
    def open_keys(self):
        for name in self.names("keys/grants"):
            grant = self.file(name)
            magic, vault, number, epoch, zeros, member, public, sealed = struct.unpack("<8s16s16sII16s32s48s", grant)
            right = f"keys/grants/{member.hex()}-{int.from_bytes(number, 'big')}-{epoch}.grant"
            need((magic, vault, zeros, name) == (b"HABGRA1\n", self.id, 0, right), "not the grant of this name")
            if member == self.user:
                shared = sodium.crypto_scalarmult(self.secret, public)
                key = self.derive(shared, b"habeas/1 grant", grant[8:96], self.open_public)
                self.compartments[number, epoch] = unseal(key, bytes(24), grant[:96], sealed)
        for name in (name for folder in self.names("keys") if folder != "keys/grants" for name in self.names(folder)):
            file = self.file(name)
            magic, vault, device, n, number, epoch, zeros, nonce = struct.unpack("<8s16s16sQ16sII24s", file[:96])
            right = f"keys/{device.hex()}/{n:06}-{sha(file)[:8].hex()}.keys"
            need((magic, vault, zeros, name) == (b"HABKEY1\n", self.id, 0, right), "not the key file of this name")
            if (number, epoch) in self.compartments:
                packed = unseal(self.derive(self.compartments[number, epoch], b"habeas/1 keys", file[8:72]), nonce, file[:72], file[96:])
                nonce_key, nodes = self.derive(self.compartments[number, epoch], b"habeas/1 key nonce"), list(struct.iter_unpack("<16sB3sI32s", packed))
                need(nonce == mac(nonce_key, file[:72], packed)[:24], "another nonce than its nodes make")
                order = [node[:4] for node in nodes if node[2] == bytes(3)]
                need(order == sorted(set(order)) and len(nodes) == len(order) <= 4096, "nodes out of order, or too many")
                for item, depth, _, index, seed in nodes:
                    need(self.nodes[item].setdefault((depth, index), seed) == seed, "two keys of one node")
    def check_history(self, outside):
        for entry in self.entries:
            self.place, body = entry.place, entry.body
            if entry.kind == MEMBER:
                need(sha(b"habeas/1 user", body[3], body[4])[:16] == body[0], "the keys of another member")
                self.members[body[0]] = body[3]
            elif entry.kind == EPOCH and (key := self.compartments.get((number := body[0].to_bytes(16, "big"), body[1]))):
                need(sha(b"habeas/1 commit", number, le(body[1], 4), key) == body[2], "a grant of another key than recorded")
        for self.place, user, signature, message in self.commits:
            need(user in self.members, "a commit of nobody who is a member")
            check_signature(self.members[user], signature, message)
        inside = [(name, self.file(name).decode()) for folder in self.names("checkpoints") for name in self.names(folder)]
        copied = [note for feed in self.feeds.values() for note in feed.notes]
        for self.place, note in inside + copied + outside:
            self.check_note(note)
        for self.place, device, seq, chain in self.seen:
            if device in self.feeds and seq < self.feeds[device].seq:  # else it may be on its way still
                need(self.feeds[device].chains[seq] == chain, f"another history at frame {seq} of a feed than was seen")
    def check_note(self, note):
        text, seal = note.split("\n\n")
        (first, n, tree, head, *seen), (dash, name, signature) = text.split("\n"), seal.removesuffix("\n").split(" ")
        feed, signature = self.feeds[bytes.fromhex(first.split("/")[-1])], base64.b64decode(signature, validate=True)
        key_id, right = sha(name.encode(), b"\n\1", feed.public)[:4], f"habeas/1/{self.id.hex()}/{feed.device.hex()}"
        need((first, name, dash, signature[:4]) == (right, right, "\u2014", key_id), "not a checkpoint of this vault")
        check_signature(feed.public, signature[4:], text.encode() + b"\n")
        seq, chain = head.removeprefix("head ").split(" ")
        need(int(n) <= len(feed.leaves) and int(seq) < feed.seq, f"the feed was longer: it had frame {seq}")
        need(root(feed.leaves[:int(n)]) == base64.b64decode(tree), f"another history at {n} entries than was seen")
        self.seen.append((self.place, feed.device, int(seq), base64.b64decode(chain)))
        for device, seq, chain in (line.removeprefix("seen ").split(" ") for line in seen):
            self.seen.append((self.place, bytes.fromhex(device), int(seq), base64.b64decode(chain)))
        self.counts["checkpoints"] += 1
    def key_of(self, item, leaf):
        if item[:11] == bytes(11) and item[15] == 1:
            key = self.compartments.get((GENERAL, int.from_bytes(item[11:15], "little")))
            return key and self.derive(key, b"habeas/1 item", item)
        above = [depth for depth in range(33 if leaf is not None else 1) if (depth, (leaf or 0) >> 32 - depth) in self.nodes[item]]
        if not above or leaf is None:
            return self.derive(self.nodes[item][0, 0], b"habeas/1 item", item) if above else None
        seed = self.nodes[item][above[0], leaf >> 32 - above[0]]
        for bit in range(31 - above[0], -1, -1):
            seed = sha(b"habeas/1 node", bytes([leaf >> bit & 1]), seed)
        return seed
    def open_body(self, entry, key):
        aad = b"habeas/1 body" + self.id + entry.item + entry.id
        entry.body = padded(unseal(key, entry.sealed[:24], aad, entry.sealed[24:]))[0]
    def open_bodies(self):
        held, erasures = {number[-1] for number, _ in self.compartments}, [e.body for e in self.entries if e.kind == ERASURE]
        self.erased = {(item, *(leaf or [None])) for body in erasures for item, *leaf in body[0]}
        for entry in (entry for entry in self.entries if entry.item != VAULT_ITEM):
            self.place, leaf = entry.place, entry.clear.get(3)
            if key := self.key_of(entry.item, leaf):
                self.open_body(entry, key)
            else:
                gone = not self.erased.isdisjoint({(entry.item, None), (entry.item, leaf)})
                need(gone or entry.clear.get(4, 1) not in held, "no key for what nobody erased")
                self.counts["erased" if gone else "sealed"] += 1
    def check_blob(self, name, length, hashed):
        file, least = self.file(f"blobs/{name.hex()[:2]}/{name.hex()}"), max(length + 1, 1024)
        grain = 1 << (e := least.bit_length() - 1) - e.bit_length()
        need(file[:12] == b"HABBLB1\n\1\0\1\0" and file[31] == 0, "not the header of a blob")
        key = self.derive(self.key_of(name, None), b"habeas/1 blob", name)
        starts, aad = range(32, len(file), CHUNK + 16), b"habeas/1 blob" + self.id + name + file[:32]
        nonces = [file[12:31] + le(i, 4) + bytes([at == starts[-1]]) for i, at in enumerate(starts)]
        plain = b"".join(unseal(key, nonce, aad, file[at:at + CHUNK + 16]) for at, nonce in zip(starts, nonces))
        padding = b"\x80" + bytes(-(-least // grain) * grain - length - 1)
        need((plain[length:], sha(plain[:length])) == (padding, hashed), "another content than was stored")
        self.counts["blobs"] += 1
    def records(self):
        of = {kind: [entry for entry in self.entries if entry.kind == kind] for kind in KINDS}
        finished, undone = ({entry.clear[0] for entry in of[kind]} for kind in (FINISHED, UNDONE))
        for entry in of[SOURCE] + of[LINK_RUN]:
            blob = entry.body and entry.body[10 if entry.kind == SOURCE else 0]
            if blob and entry.clear.get(0) in {None, *finished} and (blob[0], None) not in self.erased:
                self.check_blob(*blob)
        retracted, sources = {entry.body[0] for entry in of[RETRACTION]}, {e.body[0]: e.body for e in of[SOURCE] if e.body}
        lists = {entry.clear[0]: sources.get(entry.body[0]) for entry in of[BEGUN] if entry.body}
        for entry in of[RECORD]:
            if entry.body and entry.clear[0] in finished - undone and entry.id not in retracted:
                self.place = entry.place
                yield self.record(entry.clear[1], entry.body, lists[entry.clear[0]])
    def record(self, name, body, source):
        if source:
            key, sheet = source[1].encode(), body.get(1, "").encode()
            origin = le(len(key), 8) + key + source[10][2].hex().encode() + bytes([2 in body]) + le(body[0], 8) + sheet
            need(mac(self.tag_key, b"habeas/1 record", origin)[:16] == name, "another id than the record has")
        cells, claims = body[3], []
        for predicate, value, places, *rest in body[4]:
            spans = [(places, 0, None)] if type(places) is int else zip(places[::3], places[1::3], places[2::3])
            words = [str(cells[column].encode()[start:end], "utf-8") for column, start, end in spans]
            claims.append({"predicate": predicate, "value": value, "words": words, "rest": rest})
        return {"id": name, "source": source and source[1], "number": body[0], "cells": cells, "claims": claims}

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("vault")
    parser.add_argument("passphrase", type=argparse.FileType(), help="file with the passphrase in its first line")
    parser.add_argument("--key-file", type=lambda path: pathlib.Path(path).read_bytes())
    parser.add_argument("--against", type=argparse.FileType(), nargs="*", default=[], help="checkpoints kept outside")
    parser.add_argument("--records", action="store_true")
    asked, vault = parser.parse_args(), None
    try:
        vault, outside = Vault(asked.vault), [(note.name, note.read()) for note in asked.against]
        vault.open(asked.passphrase.readline().rstrip("\n"), asked.key_file, outside)
        records = list(vault.records())
    except Exception as error:
        sys.exit(f"refused: {vault.place}: {error or type(error).__name__}")
    feeds = {device.hex(): {"segments": len(feed.closed), "frames": feed.seq - 1, "entries": len(feed.leaves), "root": root(feed.leaves),
                            "chain": feed.chain} for device, feed in vault.feeds.items()}
    kinds = dict(sorted(collections.Counter(entry.kind for entry in vault.entries).items()))
    about = {"vault": vault.id, "user": vault.user, "feeds": feeds, "kinds": kinds, "records": len(records), **vault.counts}
    for line in records if asked.records else [about]:
        print(json.dumps(line, default=bytes.hex, ensure_ascii=False))
main()
