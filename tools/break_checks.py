#!/usr/bin/env python3
"""Breaks the checks of the vault and of the pages, one at a time, and runs the tests: each must turn red.

Run from the top of a clean clone; it works in a copy and leaves the clone alone.
    tools/break_checks.py [WORDS]      only those whose description holds the words
"""
import os, pathlib, shutil, subprocess, sys, tempfile

VAULT, PAGES = ("habeas-vault", ["--lib", "--test", "it"]), ("habeas", ["--bin", "habeas"])
V, W = "crates/habeas-vault/src/", "crates/habeas/src/web/"
BREAKS = [
    # what is broken, file, what stands there, what is put in its place, whose tests
    ("a frame is not bound to its device", V + "feed/segment.rs", "&self.vault[..], &self.device, &seq, &[kind.code()], &cursor.chain]", "&self.vault[..], &seq, &[kind.code()], &cursor.chain]", VAULT),
    ("a frame is not bound to its number", V + "feed/segment.rs", "&self.device, &seq, &[kind.code()], &cursor.chain]", "&self.device, &[kind.code()], &cursor.chain]", VAULT),
    ("a frame is not bound to what came before", V + "feed/segment.rs", "&self.device, &seq, &[kind.code()], &cursor.chain].concat()", "&self.device, &seq, &[kind.code()]].concat()", VAULT),
    ("the record of the durable length is believed without its seal", V + "feed/segment.rs", "|| !bool::from(mark.ct_eq(&bytes[72..]))", "|| mark.len() != 32", VAULT),
    ("acknowledged frames may be missing", V + "feed/recovery.rs", "if !at_durable {", "if !at_durable && file_length == 0 {", VAULT),
    ("every signature is good", V + "keys/identity.rs", "public.verify_strict(&parts.concat(), &Signature::from_bytes(signature)).is_ok()", "public.verify_strict(&parts.concat(), &Signature::from_bytes(signature)).is_ok() || true", VAULT),
    ("a received segment's tree is not compared", V + "feed.rs", "FrameKind::Close if close::decode(&plaintext).as_ref() != Some(&tree) => {", "FrameKind::Close if close::decode(&plaintext).is_none() => {", VAULT),
    ("two histories of one device are not told apart", V + "sync.rs", "Ok(end(one)? == end(other)?)", "Ok(end(one)?.0 > 0 && end(other)?.0 > 0)", VAULT),
    ("a rolled back feed is not compared with the index", V + "fold.rs", "&& !reader.still_holds(mark)?", "&& mark.segment == 0", VAULT),
    ("checkpoints are not compared with the feeds", V + "opening.rs", "Some(_) => return Err(at_end(DamageKind::Fork { seq })),", "Some(_) => {}", VAULT),
    ("a checkpoint that knows more than the feed is believed", V + "opening.rs", "None if head.device == self.log.own.device() => return Err(at_end(DamageKind::Rollback { seq })),", "", VAULT),
    ("statements count whatever the role", V + "catalog/people.rs", "present && self.role(user).is_some_and(allowed)", "present && self.role(user).is_some_and(|role| allowed(role) || true)", VAULT),
    ("a removed device goes on counting", V + "catalog/people.rs", "device.removed_after.is_none_or(|last| seq <= last)", "device.removed_after.is_none_or(|last| seq <= last || true)", VAULT),
    ("any cost of a passphrase is computed", V + "keys/passphrase.rs", "(Self::MEMORY_MIB.contains(&memory_mib) && Self::PASSES.contains(&passes))", "(memory_mib > 0 && passes > 0)", VAULT),
    ("a slot does not commit to its key", V + "keys/slot.rs", "let committed = bool::from(commitment(&self.id, &kek).ct_eq(&self.commitment));", "let committed = opened.is_some();", VAULT),
    ("a key file changes nothing", V + "keys/slot.rs", "second.copy_from_slice(&key_file.unwrap_or_default());", "second.copy_from_slice(&[0; 32]);", VAULT),
    ("an erasure leaves the key file", V + "key_area.rs", "self.rewrite(keys, &file, nodes)?;\n                self.remove(&file.path)?;", "self.rewrite(keys, &file, nodes)?;", VAULT),
    ("an erasure leaves the file itself", V + "fold.rs", "blob::remove(&*self.storage, item)?;", "let _ = item;", VAULT),
    ("a commit is acknowledged before it is synced", V + "feed/writer.rs", "self.writing(|feed| Ok(feed.file_mut().sync_data()?))?;", "self.writing(|_| Ok(()))?;", VAULT),
    ("a file is renamed before it is synced", V + "storage.rs", "    file.sync_data()?;\n    drop(file);", "    drop(file);", VAULT),
    ("a folder is not synced after a rename", V + "storage.rs", "    storage.rename(&temporary, path)?;\n    storage.sync_dir(&path.parent())", "    storage.rename(&temporary, path)", VAULT),
    ("a failed write does not stop the writer", V + "feed/writer.rs", "self.refused.get_or_insert(Refused::Poisoned);", "", VAULT),
    ("a copy is not read back", V + "exchange.rs", "if back == bytes { Ok(()) }", "if back.len() == bytes.len() { Ok(()) }", VAULT),
    ("whoever has signed nothing lets one travel", V + "travel.rs", "let partner = self.receipt()?;", "let partner = self.receipt().unwrap_or(habeas_core::DeviceId([0; 16]));", VAULT),
    ("any host is ours", W + "guard.rs", "app.hosts.iter().any(|own| own == host)", "app.hosts.iter().any(|own| own == host || true)", PAGES),
    ("any page may ask", W + "guard.rs", "if is_way_in || comes_from_us(host, reads, headers)", "if is_way_in || comes_from_us(host, reads, headers) || true", PAGES),
]


def main():
    words = " ".join(sys.argv[1:])
    top = pathlib.Path(__file__).resolve().parent.parent
    target = os.environ.get("CARGO_TARGET_DIR", str(top / "target"))
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "habeas"
        ignored = shutil.ignore_patterns("target", ".git", "node_modules", "shots")
        shutil.copytree(top, copy, ignore=ignored)
        survivors, n = [], 0
        for what, file, old, new, (crate, part) in BREAKS:
            if words not in what:
                continue
            path, n = copy / file, n + 1
            whole = path.read_text()
            if whole.count(old) != 1:
                sys.exit(f"{file}: what is to be broken stands there {whole.count(old)} times: {old}")
            path.write_text(whole.replace(old, new))
            command = ["cargo", "test", "-q", "-p", crate, *part]
            env = {**os.environ, "CARGO_TARGET_DIR": target}
            run = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True)
            red = sorted({line.split("'")[1] for line in run.stdout.splitlines() if line.startswith("thread '") and "panicked" in line})
            built = "error[" not in run.stderr and "could not compile" not in run.stderr
            path.write_text(whole)
            verdict = f"red: {len(red)}, such as {red[0]}" if red else "SURVIVES" if run.returncode == 0 else "red"
            if not built:
                sys.exit(f"{what}: does not build\n{run.stderr}")
            if run.returncode == 0:
                survivors.append(what)
            print(f"{what}: {verdict}", flush=True)
        print(f"{n} checks broken, {n - len(survivors)} turned a test red")
        sys.exit(1 if survivors else 0)


main()
