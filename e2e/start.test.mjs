// The first run: no vault yet. One is made with a way back, the team grows, a checkpoint and a backup are made.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { launch, program, shots, violations, watch } from "./browser.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-e2e-start-"));
let child, browser, context, way;

before(async () => {
  child = spawn(program(), ["serve", "--listen", "127.0.0.1:0"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, HABEAS_VAULT: undefined } });
  let said = "";
  child.stderr.on("data", chunk => { said += chunk; });
  for (const until = Date.now() + 20_000; !(way = said.match(/http:\/\/\S+\/enter#[0-9a-f]+/)?.[0]);) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`the server did not start:\n${said}`);
    await new Promise(done => setTimeout(done, 50));
  }
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1366, height: 850 }, reducedMotion: "reduce" });
});
after(async () => {
  await browser?.close();
  child?.kill("SIGINT");
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("the first run", () => {
  test("a vault is made, with 24 words, and the first step is in sight", async () => {
    const page = await context.newPage();
    const base = new URL(way).origin;
    const seen = watch(page, base);
    await page.goto(way);
    await page.waitForURL(`${base}/start`);
    assert.deepEqual(await violations(page), []);
    // The picture shows no folder of the computer that made it.
    const own = await page.inputValue("#folder");
    await page.fill("#folder", "/home/ilan/habeas-vault");
    await page.screenshot({ path: path.join(shots, "start.png"), fullPage: true });
    await page.fill("#folder", own);
    await page.fill("#name", "Committee of Families");
    await page.fill("#me", "Ilan Rivo");
    const proposed = await page.locator("code").first().textContent();
    await page.fill("#first", proposed);
    await page.fill("#again", proposed);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".words");
    assert.equal(await page.locator(".words li").count(), 24);
    assert.deepEqual(await violations(page), []);
    await page.click("text=The words are on paper");
    await page.waitForSelector(".steps");
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: path.join(shots, "steps.png") });
    await page.click(".side nav a[href='/team']");
    assert.match(await page.locator("table.data").textContent(), /Ilan Rivo/);
    await page.click("text=Make shares");
    await page.waitForSelector(".share");
    assert.equal(await page.locator(".share").count(), 3);
    assert.deepEqual(await violations(page), []);
    await page.goto(`${base}/team`);
    await page.fill("#new-name", "Anne Sorel");
    await page.click("section >> text=Add a member >> nth=-1");
    await page.waitForSelector(".digits");
    await page.click("main a.btn");
    assert.match(await page.locator("table.data").textContent(), /Anne Sorel/);
    await page.click("text=Make a checkpoint now");
    await page.waitForSelector(".digits");
    await page.fill("#to", path.join(folder, "copy"));
    await page.click("form.search >> text=Copy");
    await page.waitForFunction(() => document.querySelector("#job") && !document.querySelector("#job[hx-get]"), null, { timeout: 30_000 });
    assert.match(await page.locator("#job").textContent(), /Done/);
    assert.ok(fs.existsSync(path.join(folder, "copy")));
    for (const lang of ["en", "ur"]) for (const width of [1366, 320]) {
      await context.addCookies([{ name: "lang", value: lang, domain: new URL(base).hostname, path: "/" }]);
      await page.setViewportSize({ width, height: 850 });
      await page.goto(`${base}/team`);
      assert.deepEqual(await violations(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${lang} ${width}`);
      await page.evaluate(() => { for (const li of document.querySelectorAll(".mentions li")) li.textContent = "Desk computer · Ilan Rivo"; });
      await page.screenshot({ path: path.join(shots, `team-${width}-${lang}.png`), fullPage: true });
    }
    assert.deepEqual(seen, []);
    await page.close();
  });
});
