// What a page costs, in a release build, on a vault of RECORDS (default a million) invented records:
//   node figures.mjs                 makes the vault, which takes its time, measures, and throws it away
//   VAULT=DIR node figures.mjs       measures a demo that is there (habeas demo DIR --records N --no-serve)
// Prints each figure beside its goal; ends with 1 where one is missed. Quote it only from a machine that does nothing else.
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { execFileSync } from "node:child_process";
import { launch, program, serve } from "./browser.mjs";

const RECORDS = process.env.RECORDS ?? "1000000";
const PASSPHRASE = "invented people in an invented country";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-figures-"));
const vault = process.env.VAULT ?? path.join(folder, "vault");
if (!process.env.VAULT) execFileSync(program(), ["demo", vault, "--records", RECORDS, "--no-serve"], { stdio: "inherit" });
const secret = path.join(folder, "passphrase");
fs.writeFileSync(secret, process.env.VAULT_PASSPHRASE ?? PASSPHRASE);

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const rows = [];
const note = (what, value, goal, unit) => rows.push({ what, value: Math.round(value * 10) / 10, goal, unit });
const memory = (pid, field) => Number(fs.readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`${field}:\\s+(\\d+)`))[1]) / 1024;

// By address: only browsers know that every name under localhost is this computer.
const ask = (base, cookie, path) => new Promise((done, failed) => {
  const { host, port } = new URL(base);
  http.get({ host: "127.0.0.1", port, path, headers: { host, cookie } }, answer => {
    answer.resume();
    answer.on("end", () => answer.statusCode === 200 ? done() : failed(new Error(`${path}: ${answer.statusCode}`)));
  }).on("error", failed);
});

const server = await serve(["--vault", vault, "--passphrase-file", secret, "serve"]);
const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 1366, height: 850 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(server.way());
  await page.waitForURL(`${server.base}/`, { timeout: 600_000 });
  note("memory after the first page", memory(server.pid, "VmRSS"), 150, "MB");

  // The pages that people open all day, each asked for a hundred times by the same session.
  await page.goto(`${server.base}/cases`, { timeout: 600_000 });
  const person = await page.locator("table.list tbody th a, table tbody th a").first().getAttribute("href");
  await page.goto(`${server.base}/sources`);
  const source = await page.locator("table tbody th a").first().getAttribute("href");
  const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  for (const address of ["/", "/cases", "/cases?q=karim", person, "/review", "/sources", source, "/stats", "/stats/by", "/claims", "/claims/conflicts", "/audit", "/team", "/consent", `/consent?of=${person.split("/").pop()}`]) {
    const times = [];
    for (let n = 0; n < 100; n++) {
      const begun = performance.now();
      await ask(server.base, cookies, address);
      // The first asking fills what is kept until the vault changes; it is told apart.
      if (n === 0) note(`first answer ${address.replace(/[0-9a-f]{32}/, "ID")}`, performance.now() - begun, null, "ms");
      else times.push(performance.now() - begun);
    }
    times.sort((a, b) => a - b);
    note(`p95 ${address.replace(/[0-9a-f]{32}/, "ID")}`, at(times, 0.95), 20, "ms");
  }

  const paints = [];
  for (let n = 0; n < 12; n++) {
    await page.goto(`${server.base}${person}`);
    const paint = await page.evaluate(() => new Promise(done => {
      new PerformanceObserver(list => done(list.getEntriesByName("first-contentful-paint")[0]?.startTime)).observe({ type: "paint", buffered: true });
      setTimeout(() => done(undefined), 2000);
    }));
    if (n > 1 && paint !== undefined) paints.push(paint);
  }
  paints.sort((a, b) => a - b);
  note("first contentful paint, warm, median", at(paints, 0.5), 200, "ms");

  await page.goto(`${server.base}/review`);
  const pair = () => page.inputValue("form.decision input[name=pair]");
  const keys = [];
  for (let n = 0; n < 20; n++) {
    const before = await pair();
    // Measured in the page: from the key to the next pair in the document.
    keys.push(await page.evaluate(before => new Promise(done => {
      const begun = performance.now();
      const watch = new MutationObserver(() => {
        const now = document.querySelector("form.decision input[name=pair]");
        if (now && now.value !== before) { watch.disconnect(); done(performance.now() - begun); }
      });
      watch.observe(document.body, { childList: true, subtree: true });
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "u", code: "KeyU", bubbles: true }));
    }), before));
  }
  keys.sort((a, b) => a - b);
  note("key to next pair, median", at(keys, 0.5), 50, "ms");
  note("key to next pair, p95", at(keys, 0.95), null, "ms");
  note("memory at the end", memory(server.pid, "VmRSS"), 150, "MB");
  note("memory at its highest", memory(server.pid, "VmHWM"), null, "MB");
} finally {
  await browser.close();
  await server.end();
  fs.rmSync(folder, { recursive: true, force: true });
}
for (const { what, value, goal, unit } of rows)
  console.log(`${what.padEnd(44)} ${String(value).padStart(9)} ${unit}${goal === null ? "" : `   goal ${goal}${value > goal ? "   MISSED" : ""}`}`);
process.exit(rows.some(({ value, goal }) => goal !== null && value > goal) ? 1 : 0);
