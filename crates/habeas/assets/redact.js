"use strict";
// Boxes drawn with the pointer on a page. The lines of numbers stay what is sent; drawing only writes them.
(() => {
  const stage = document.querySelector("[data-redact]"), lines = stage && document.querySelector(stage.dataset.redact);
  if (!lines) return;
  const picture = stage.querySelector("img"), WHOLE = 1000;
  const within = n => Math.max(0, Math.min(WHOLE, n));
  const place = e => {
    const seen = picture.getBoundingClientRect();
    return [within((e.clientX - seen.left) / seen.width * WHOLE), within((e.clientY - seen.top) / seen.height * WHOLE)];
  };
  const span = (from, to) => {
    const start = Math.floor(Math.min(from, to));
    return [start, Math.min(WHOLE, Math.ceil(Math.max(from, to))) - start];
  };
  const box = ([x0, y0], [x1, y1]) => {
    const [x, width] = span(x0, x1), [y, height] = span(y0, y1);
    return [x, y, width, height];
  };
  const show = (...more) => {
    stage.querySelectorAll("span").forEach(old => old.remove());
    const typed = lines.value.split("\n").map(line => line.split(",").map(Number));
    for (const [x, y, width, height] of [...typed, ...more].filter(one => one.length === 4 && one.every(Number.isFinite))) {
      const drawn = document.createElement("span");
      Object.entries({ left: x, top: y, width, height }).forEach(([side, n]) => { drawn.style[side] = `${n / WHOLE * 100}%`; });
      stage.append(drawn);
    }
  };
  let from = null;
  stage.classList.add("draws");
  stage.addEventListener("pointerdown", e => { if (e.button === 0) { from = place(e); stage.setPointerCapture(e.pointerId); e.preventDefault(); } });
  stage.addEventListener("pointermove", e => { if (from) show(box(from, place(e))); });
  stage.addEventListener("pointerup", e => {
    if (!from) return;
    const drawn = box(from, place(e));
    from = null;
    // A slip of the finger is no box.
    if (drawn[2] > 2 && drawn[3] > 2) lines.value = [...lines.value.split("\n").filter(line => line.trim()), drawn.join(",")].join("\n");
    show();
  });
  stage.addEventListener("pointercancel", () => { from = null; show(); });
  lines.addEventListener("input", () => show());
  show();
})();
