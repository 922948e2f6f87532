// A member whose role reads tables only: the figures are there, no person is, and what is closed says who can open it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { launch, program, serve, violations, watch } from "./browser.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-e2e-reader-"));
const vault = path.join(folder, "vault");
const keeper = path.join(folder, "keeper.words"), reader = path.join(folder, "reader.words");
let server, browser, context, name;

const run = (...args) => JSON.parse(execFileSync(program(), [...args, "--vault", vault, "--passphrase-file", keeper, "--json"]));

before(async () => {
  fs.writeFileSync(keeper, "invented people in an invented country\n");
  execFileSync(program(), ["demo", vault, "--no-serve", "--records", "400"], { stdio: "ignore" });
  fs.writeFileSync(reader, run("user", "add", "Ilan Rivo", "--role", "reader").passphrase);
  name = run("case", "list", "--limit", "1").cases[0].names[0];
  server = await serve(["serve", "--listen", "127.0.0.1:0", "--vault", vault, "--passphrase-file", reader]);
  browser = await launch();
  context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(server.way());
  await page.waitForURL(`${server.base}/`);
  await page.close();
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.end() ?? 0, 0);
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("a reader of tables", () => {
  test("sees figures and who they are", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/stats`);
    assert.ok(await page.locator("#years tbody tr").count() > 0);
    assert.match(await page.locator(".who").textContent(), /Ilan Rivo · Reader of tables/);
    assert.deepEqual(await page.locator(".side nav a").evaluateAll(all => all.map(a => a.getAttribute("href"))), ["/", "/stats", "/team"]);
    assert.equal(await page.locator("main a[href^='/cases'], main a[href^='/sources']").count(), 0, "no link leads to a person");
    assert.ok(!(await page.content()).includes(name));
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("is told what a closed page needs and sees no case", async () => {
    const page = await context.newPage();
    for (const address of ["/cases", `/cases?q=${encodeURIComponent(name)}`, "/sources", "/audit"]) {
      const answer = await page.goto(server.base + address);
      assert.equal(answer.status(), 403, address);
      assert.match(await page.locator("main").textContent(), /Your role does not include.*Keeper/s);
      assert.ok(!(await page.locator("main").textContent()).includes(name));
    }
    assert.deepEqual(await violations(page), []);
    await page.close();
  });
});
