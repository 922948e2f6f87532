// Search without a server: index.js calls habeasIndex with [address, names, folded names] of everybody on the memorial.
"use strict";
const finder = document.getElementById("finder");
const list = document.getElementById("found");
let people = [];
globalThis.habeasIndex = all => { people = all; };

// The folding of names as far as a browser does it by itself: compatibility forms, marks, case, and the forms of Arabic
// letters that keyboards exchange for one another.
const pairs = { "ي": "ی", "ى": "ی", "ئ": "ی", "ے": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "ھ": "ہ", "أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و" };
const fold = text => text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f\u0640\u200b-\u200f]/g, "").toLowerCase()
  .replace(/[يىئےكهةھأإآؤ]/g, letter => pairs[letter]).replace(/[^\p{L}\p{N}]+/gu, " ").trim();

function show() {
  const words = fold(finder.value).split(" ").filter(Boolean);
  const found = words.length === 0 ? [] : people.filter(([, , folded]) => words.every(word => folded.includes(word)));
  list.replaceChildren(...found.slice(0, 100).map(([address, names]) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `p/${address}.html`;
    link.dir = "auto";
    link.textContent = names;
    item.append(link);
    return item;
  }));
  document.getElementById("count").textContent = words.length === 0 ? "" : String(found.length);
}
finder?.addEventListener("input", show);
