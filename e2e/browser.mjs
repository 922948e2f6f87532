// Starts a demo of our own and the Chromium that is installed; nothing is downloaded.
import { chromium } from "playwright-core";
import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const here = import.meta.dirname;
export const shots = path.join(here, "shots");
fs.mkdirSync(shots, { recursive: true });

// The program under test: HABEAS, else what was built last.
export function program() {
  if (process.env.HABEAS) return process.env.HABEAS;
  const folder = process.env.CARGO_TARGET_DIR ?? path.join(here, "..", "target");
  const built = ["release", "debug"].map(kind => path.join(folder, kind, "habeas")).filter(file => fs.existsSync(file));
  if (built.length === 0) throw new Error("no binary: run `cargo build`, or set HABEAS");
  return built.sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)[0];
}

// A running server of a demo, or with arguments of one's own: `way()` is the newest address that lets in, `end()` stops it and removes the vault.
export async function serve(own) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-e2e-"));
  const args = own ?? process.env.HABEAS_ARGS?.split(" ") ?? ["demo", path.join(folder, "vault")];
  const child = spawn(program(), args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const ways = [];
  const listen = chunk => {
    said += chunk;
    const found = said.match(/https?:\/\/\S+\/enter#[0-9a-f]+/g) ?? [];
    ways.splice(0, ways.length, ...found);
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const deadline = Date.now() + 600_000;
  while (ways.length === 0) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${said}`);
    await new Promise(done => setTimeout(done, 50));
  }
  return {
    base: new URL(ways[0]).origin,
    way: () => ways.at(-1),
    ways,
    pid: child.pid,
    async end() {
      child.kill("SIGINT");
      await new Promise(done => child.exitCode === null ? child.once("exit", done) : done());
      fs.rmSync(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

const installed = () => process.env.PATH.split(path.delimiter)
  .flatMap(folder => ["chromium", "chromium-browser", "google-chrome"].map(name => path.join(folder, name)))
  .find(file => fs.existsSync(file));

export const launch = (extra = []) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? installed(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", ...extra],
});

// What must stay empty while a page lives: messages of the console, errors, requests to others.
export function watch(page, base) {
  const seen = [];
  page.on("console", message => ["error", "warning"].includes(message.type()) && seen.push(`console: ${message.text()}`));
  page.on("pageerror", error => seen.push(`error: ${error}`));
  page.on("request", request => request.url().startsWith(base) || seen.push(`elsewhere: ${request.url()}`));
  return seen;
}

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// The policy of the pages stops addScriptTag, so axe comes in through the debugger, as developer tools do.
export async function violations(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Runtime.evaluate", { expression: axe });
  const found = await page.evaluate(rules => axe.run(document, { runOnly: rules }).then(r => ({
    passes: r.passes.length,
    violations: r.violations.map(v => `${v.impact} ${v.id}: ${v.nodes.map(n => n.target.join(" ")).slice(0, 4).join(" ; ")}`),
  })), rules);
  if (found.passes < 10) throw new Error(`axe checked next to nothing: ${found.passes} rules passed`);
  return found.violations;
}
