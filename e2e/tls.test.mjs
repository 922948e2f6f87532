// Beyond this computer: sealed, under the names that were given, and nothing in clear.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { launch, program, serve, violations, watch } from "./browser.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-e2e-tls-"));
const vault = path.join(folder, "vault"), words = path.join(folder, "words");
let server, browser;

before(async () => {
  fs.writeFileSync(words, "invented people on a network\n");
  execFileSync(program(), ["init", vault, "--passphrase-file", words], { stdio: "ignore" });
  server = await serve(["serve", "--listen", "127.0.0.1:0", "--name", "office.test", "--vault", vault, "--passphrase-file", words]);
  browser = await launch(["--host-resolver-rules=MAP office.test 127.0.0.1,MAP other.test 127.0.0.1"]);
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.end() ?? 0, 0);
  fs.rmSync(folder, { recursive: true, force: true });
});

const status = (module, options) => new Promise(done => {
  const request = module.get({ hostname: "127.0.0.1", port: new URL(server.base).port, rejectUnauthorized: false, ...options }, answer => { answer.resume(); done(answer.statusCode); });
  request.on("error", error => done(error.code));
});

describe("on a network", () => {
  test("a browser that is asked about the certificate comes in, works, and sees that it is sealed", async () => {
    assert.match(server.base, /^https:\/\/office\.test:/);
    const strict = await (await browser.newContext()).newPage();
    await assert.rejects(strict.goto(server.way()), /ERR_CERT/);
    const context = await browser.newContext({ ignoreHTTPSErrors: true, reducedMotion: "reduce" });
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(server.way());
    await page.waitForSelector(".steps");
    assert.match(await page.locator(".trust").textContent(), /Sealed/);
    await page.click("button[name=theme]");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(seen, []);
    await context.close();
  });

  test("nothing answers in clear, nor under another name", async () => {
    assert.ok(["ECONNRESET", "EPIPE", "HPE_INVALID_CONSTANT"].includes(await status(http, { path: "/enter" })), "in clear");
    assert.equal(await status(https, { path: "/enter", headers: { host: `other.test:${new URL(server.base).port}` } }), 421);
    assert.equal(await status(https, { path: "/enter", headers: { host: new URL(server.base).host } }), 200);
  });

  test("a name is asked for where the address says none", () => {
    assert.throws(() => execFileSync(program(), ["serve", "--listen", "0.0.0.0:0", "--vault", vault, "--passphrase-file", words], { stdio: "pipe", timeout: 20_000 }), /--name/);
  });
});
