// «As known on» a past checkpoint, and saved searches: by keyboard, without JavaScript, in both themes and directions, on a phone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { launch, program, serve, shots, violations, watch } from "./browser.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-e2e-earlier-"));
const vault = path.join(folder, "vault"), words = path.join(folder, "words");
let server, browser, context, checkpoint, nBefore;

const run = (...args) => JSON.parse(execFileSync(program(), [...args, "--vault", vault, "--passphrase-file", words, "--json"]));

before(async () => {
  fs.writeFileSync(words, "invented people in an invented country\n");
  execFileSync(program(), ["demo", vault, "--no-serve", "--records", "400"], { stdio: "ignore" });
  checkpoint = run("checkpoint", "make").checkpoint;
  nBefore = run("case", "list").total;
  const list = path.join(folder, "later.csv");
  fs.writeFileSync(list, "Name,Date of disappearance,District\nSadiq Nerunai,2019-01-05,Corva\n");
  run("import", list, "--as", "later");
  server = await serve(["serve", "--listen", "127.0.0.1:0", "--vault", vault, "--passphrase-file", words]);
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1366, height: 850 }, reducedMotion: "reduce" });
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

// Where the computer is slow, the page of the job comes between.
const there = async page => {
  await page.waitForURL(url => /as_of=|\/jobs\//.test(url.href), { timeout: 60_000 });
  if (!page.url().includes("/jobs/")) return;
  await page.waitForFunction(() => !document.querySelector("#job[hx-get]"), null, { timeout: 60_000 });
  await page.click("#job a.go");
  await page.waitForURL(/as_of=/);
};
const count = async page => Number((await page.locator(".found").first().textContent()).replace(/\D/g, ""));

describe("as known on", () => {
  test("a day is asked for by keyboard; the list, its search and a case stay in the past, and one link leads back", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/cases`);
    assert.equal(await count(page), nBefore + 1);
    await page.focus("details.as-of summary");
    await page.keyboard.press("Enter");
    await page.screenshot({ path: path.join(shots, "as-of-field.png") });
    assert.deepEqual(await violations(page), []);
    await page.fill("#as-of", new Date().toISOString().slice(0, 10));
    await page.keyboard.press("Enter");
    await there(page);
    assert.match(page.url(), new RegExp(`/cases\\?as_of=${checkpoint}`));
    assert.match(await page.locator(".past").textContent(), new RegExp(checkpoint));
    assert.equal(await count(page), nBefore);
    // The search by script keeps the past, in the page and in the address.
    await page.fill("#q", "Sadiq Nerunai");
    await page.waitForFunction(n => !document.querySelector(".found").textContent.includes(n), String(nBefore));
    assert.ok(!(await page.locator("#found").textContent()).includes("Nerunai"));
    assert.match(page.url(), /as_of=/);
    await page.reload();
    assert.equal(await page.locator(".past").count(), 1);
    await page.goto(`${server.base}/cases?as_of=${checkpoint}`);
    await page.locator("table.list tbody a").first().click();
    await page.waitForSelector("table.accounts");
    assert.equal(await page.locator(".past").count(), 1, "a case file of the past says so");
    await page.screenshot({ path: path.join(shots, "as-of-case.png") });
    await page.locator("table.accounts a.at").first().click();
    await page.waitForSelector("table.cells, figure.passage");
    assert.equal(await page.locator(".past").count(), 1, "and so does the row that it rests on");
    await page.click(".past a");
    await page.waitForURL(url => !url.href.includes("as_of"));
    assert.equal(await page.locator(".past").count(), 0);
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("tables and their files are of the past; the file says so in its name", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/stats?as_of=${checkpoint}`);
    if (await page.locator("form[action='/earlier'] button").count()) { await page.click("form[action='/earlier'] button"); await there(page); }
    assert.equal(await page.locator(".past").count(), 1);
    const waiting = page.waitForEvent("download");
    await page.locator("a[download][href*='by-year.csv']").first().click();
    assert.equal((await waiting).suggestedFilename(), `invented-as-of-${checkpoint}-by-year.csv`);
    await page.close();
  });

  test("a state that nobody read yet is offered without JavaScript, and all checkpoints are listed", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState(), viewport: { width: 390, height: 844 } });
    const page = await plain.newPage();
    await page.goto(`${server.base}/earlier?back=/stats`);
    assert.ok(await page.locator("table.list tbody tr").count() >= 1);
    await page.screenshot({ path: path.join(shots, "checkpoints-phone.png") });
    await page.locator("table.list form button").first().click();
    await page.waitForURL(/as_of=|\/jobs\//);
    await plain.close();
  });

  test("the pages of the past have no violations, stay small and run nothing inline", async () => {
    for (const [lang, theme, width] of [["en", "light", 1366], ["ur", "dark", 1366], ["ur", "light", 390], ["en", "dark", 390]]) {
      const own = await browser.newContext({ storageState: await context.storageState(), viewport: { width, height: 844 }, reducedMotion: "reduce" });
      const { hostname } = new URL(server.base);
      await own.addCookies([["lang", lang], ["theme", theme]].map(([name, value]) => ({ name, value, domain: hostname, path: "/" })));
      const page = await own.newPage();
      const seen = watch(page, server.base);
      for (const address of [`/cases?as_of=${checkpoint}`, `/stats?as_of=${checkpoint}`, `/stats/by?as_of=${checkpoint}`, "/earlier", "/cases?q=a"]) {
        await page.goto(server.base + address);
        assert.deepEqual(await violations(page), [], `${address} ${lang} ${theme} ${width}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${address} ${lang} ${width} is wider than the screen`);
        const html = await page.content();
        assert.ok(!/<script(?![^>]*src=)|\sstyle=|\son[a-z]+=/.test(html), `${address}: something inline`);
        assert.ok(zlib.brotliCompressSync(Buffer.from(html)).length <= 8192, `${address}: ${zlib.brotliCompressSync(Buffer.from(html)).length} bytes`);
      }
      await page.goto(`${server.base}/cases?as_of=${checkpoint}`);
      await page.screenshot({ path: path.join(shots, `as-of-${lang}-${theme}-${width}.png`) });
      assert.deepEqual(seen, []);
      await own.close();
    }
  });
});

describe("saved searches", () => {
  test("one is saved by keyboard, found again after the next unlocking, and thrown away", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/cases?contradicted=1`);
    const n = await count(page);
    await page.focus("details.save summary");
    await page.keyboard.press("Enter");
    await page.fill("#search-name", "Contradictions, every Monday");
    await page.keyboard.press("Enter");
    await page.waitForSelector("nav.saved");
    await page.click(".who form button");
    await page.waitForURL(/unlock/);
    await page.fill("input[type=password]", "invented people in an invented country");
    await page.keyboard.press("Enter");
    await page.waitForURL(url => !url.href.includes("unlock"));
    await page.goto(`${server.base}/cases`);
    await page.click("nav.saved a");
    await page.waitForURL(/contradicted=1/);
    assert.equal(await count(page), n);
    assert.equal(await page.locator("nav.saved a[aria-current]").count(), 1);
    await page.screenshot({ path: path.join(shots, "saved.png") });
    assert.deepEqual(await violations(page), []);
    await page.click("nav.saved summary");
    await page.click("nav.saved form button");
    await page.waitForURL(`${server.base}/cases`);
    assert.equal(await page.locator("nav.saved").count(), 0);
    assert.deepEqual(seen, []);
    await page.close();
  });
});
