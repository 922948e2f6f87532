// Someone who has never seen it: two lists come in, are linked, reviewed, read and exported; by drop, by keys, and without
// JavaScript.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { launch, program, serve, shots, violations, watch } from "./browser.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-e2e-import-"));
const vault = path.join(folder, "vault"), words = path.join(folder, "words"), lists = path.join(folder, "lists");
let server, browser, context, files;

before(async () => {
  fs.writeFileSync(words, "invented people for a first journey\n");
  execFileSync(program(), ["init", vault, "--passphrase-file", words], { stdio: "ignore" });
  execFileSync(program(), ["demo", lists, "--lists-only", "--records", "300"], { stdio: "ignore" });
  files = fs.readdirSync(lists).filter(name => name.endsWith(".csv")).sort().map(name => path.join(lists, name));
  assert.ok(files.length >= 3);
  server = await serve(["serve", "--listen", "127.0.0.1:0", "--vault", vault, "--passphrase-file", words]);
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1366, height: 850 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(server.way());
  await page.waitForURL(url => new URL(url).pathname !== "/enter");
  await page.close();
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.end() ?? 0, 0);
  fs.rmSync(folder, { recursive: true, force: true });
});

const ended = async page => {
  await page.waitForFunction(() => document.querySelector("#job") && !document.querySelector("#job[hx-get]"), null, { timeout: 60_000 });
  return page.locator("#job").textContent();
};

describe("the first journey", () => {
  test("a list is chosen, looked at, given another meaning, and imported", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/sources`);
    await page.click("text=Add lists or texts");
    await page.setInputFiles("#files", files[0]);
    await page.click("text=Look at them");
    await page.waitForSelector("table.mapping");
    assert.ok(await page.locator("table.mapping tbody tr").count() > 3);
    assert.ok(await page.locator("#preview table tbody tr").count() > 5);
    await page.screenshot({ path: path.join(shots, "wizard.png"), fullPage: true });
    assert.deepEqual(await violations(page), []);
    await page.fill("#f-speaker", "Committee of Families");
    await page.focus("#f-speaker");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#preview$/);
    assert.equal(await page.inputValue("#f-speaker"), "Committee of Families", "Enter looks again and imports nothing");
    await page.click("button.go");
    await page.waitForURL(/\/jobs\//);
    assert.match(await ended(page), /Done/);
    await page.screenshot({ path: path.join(shots, "job-done.png") });
    assert.deepEqual(await violations(page), []);
    await page.click("text=Open the source");
    assert.ok(await page.locator("table.list tbody tr").count() > 20);
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("files that are dropped wait, and come in one after the other", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/sources/new`);
    const dropped = files.slice(1).map(file => ({ name: path.basename(file), text: fs.readFileSync(file, "utf8") }));
    await page.evaluate(dropped => {
      const data = new DataTransfer();
      for (const { name, text } of dropped) data.items.add(new File([text], name, { type: "text/csv" }));
      dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }, dropped);
    await page.waitForSelector(".queue");
    assert.equal(await page.locator(".queue li").count(), dropped.length);
    assert.deepEqual(await violations(page), []);
    for (let left = dropped.length; left > 0; left--) {
      await page.goto(`${server.base}/sources/new`);
      await page.locator(".queue li a").first().click();
      await page.waitForSelector("button.go");
      await page.click("button.go");
      await page.waitForURL(/\/jobs\//);
      assert.match(await ended(page), /Done/);
    }
    await page.close();
  });

  test("linked, reviewed, read, estimated: each step is one button", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(server.base);
    await page.click("text=Link now");
    await page.waitForURL(/\/jobs\//);
    assert.match(await ended(page), /Done/);
    await page.click("text=Review pairs");
    for (let n = 0; n < 20; n++) {
      const pair = await page.inputValue("form.decision input[name=pair]");
      await page.keyboard.press("u");
      await page.waitForFunction(pair => document.querySelector("form.decision input[name=pair]")?.value !== pair, pair);
    }
    assert.equal(await page.locator(".recent li").count(), 10);
    await page.click(".side nav a[href='/cases']");
    await page.locator("table.list tbody a").first().click();
    await page.waitForSelector("table.accounts");
    await page.goto(server.base);
    await page.click("text=Estimate now");
    await page.waitForURL(/\/jobs\//);
    assert.match(await ended(page), /Done/);
    await page.click("text=See the result");
    assert.equal(new URL(page.url()).pathname, "/stats");
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("without JavaScript: choose, look, import, watch, take back", async () => {
    const plain = await browser.newContext({ storageState: await context.storageState(), javaScriptEnabled: false });
    const page = await plain.newPage();
    await page.goto(`${server.base}/sources/new`);
    await page.setInputFiles("#files", { name: "small.csv", mimeType: "text/csv", buffer: Buffer.from("Name,Place\nHammal Yar,Corva\n") });
    await page.click("text=Look at them");
    await page.selectOption("select[name=c-1]", "residence");
    await page.click("text=Look again");
    assert.equal(await page.inputValue("select[name=c-1]"), "residence");
    await page.click("button.go");
    for (let n = 0; n < 30 && !(await page.locator("#job").textContent()).includes("Done"); n++) await page.waitForTimeout(200), await page.reload();
    await page.click("text=Open the source");
    await page.click("summary:has-text('Take this import back')");
    await page.fill(".import input[name=why]", "a wrong file");
    await page.click(".import button");
    assert.equal(new URL(page.url()).pathname, "/sources");
    await plain.close();
  });

  test("no violation and nothing too wide, in both themes, languages and widths", async () => {
    const bad = [];
    const first = await context.newPage();
    await first.goto(`${server.base}/sources/new`);
    await first.setInputFiles("#files", files[0]);
    await first.click("text=Look at them");
    await first.waitForSelector("table.mapping");
    const wizard = new URL(first.url()).pathname;
    await first.close();
    for (const theme of ["light", "dark"]) for (const lang of ["en", "ur"]) for (const [device, width, height] of [["desk", 1366, 850], ["phone", 390, 844], ["small", 320, 640]]) {
      const own = await browser.newContext({ storageState: await context.storageState(), viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
      await own.addCookies([{ name: "lang", value: lang, domain: new URL(server.base).hostname, path: "/" }]);
      const page = await own.newPage();
      for (const [name, address] of Object.entries({ incoming: "/sources/new", wizard, "text-form": `${wizard}/text`, sources: "/sources", home: "/" })) {
        const seen = watch(page, server.base);
        await page.goto(server.base + address);
        await page.evaluate(() => document.fonts.ready);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) bad.push(`${name} ${device} ${lang}: ${wide}px too wide`);
        if (device !== "small") await page.screenshot({ path: path.join(shots, `${name}-${device}-${theme}-${lang}.png`), fullPage: device === "desk" });
        bad.push(...(await violations(page)).map(v => `${name} ${device} ${theme} ${lang}: ${v}`), ...seen.map(s => `${name}: ${s}`));
      }
      await own.close();
    }
    assert.deepEqual(bad, []);
  });
});
