// The lock in a real browser: what a locked vault shows, in this page, in the others, and on the way back.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, serve, violations, watch } from "./browser.mjs";

const PASSPHRASE = "invented people in an invented country";
let server, browser, context;

before(async () => {
  server = await serve();
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
});

const path = page => new URL(page.url()).pathname;
async function unlock(page, passphrase) {
  await page.goto(`${server.base}/unlock`);
  await page.fill("#passphrase", passphrase);
  await page.click(".enter button");
}

describe("the lock", () => {
  test("one key locks: no page, no way back and no other page shows anything", async () => {
    const page = await context.newPage();
    const other = await context.newPage();
    await page.goto(`${server.base}/cases`);
    await other.goto(`${server.base}/cases`);
    const name = (await page.locator("table.list tbody a bdi").first().textContent()).trim();
    assert.ok(await page.locator(".who").textContent().then(text => text.includes("Keeper")));
    await page.click("table.list tbody a");
    await page.waitForSelector("table.accounts");
    await page.keyboard.press("l");
    await page.waitForSelector("#passphrase");
    assert.equal(path(page), "/unlock");
    await other.waitForURL(`${server.base}/unlock`);
    for (const shown of [page, other]) assert.ok(!(await shown.content()).includes(name));
    await page.goBack();
    await page.waitForURL(`${server.base}/unlock`);
    assert.ok(!(await page.content()).includes(name));
    for (const address of ["/cases", "/stats", "/sources", "/"]) {
      await page.goto(server.base + address);
      assert.equal(path(page), "/unlock", address);
    }
    assert.equal(await page.locator("nav").count(), 0);
    await page.close();
    await other.close();
  });

  test("the page of the lock has no violation in either language and sends nothing elsewhere", async () => {
    for (const lang of ["en", "ur"]) {
      await context.addCookies([{ name: "lang", value: lang, domain: new URL(server.base).hostname, path: "/" }]);
      const page = await context.newPage();
      const seen = watch(page, server.base);
      await page.goto(`${server.base}/unlock`);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(seen, []);
      await page.close();
    }
    await context.addCookies([{ name: "lang", value: "en", domain: new URL(server.base).hostname, path: "/" }]);
  });

  test("a wrong passphrase opens nothing and makes the next one wait; the right one opens", async () => {
    const page = await context.newPage();
    await unlock(page, "not the right words");
    await page.waitForSelector("[role=alert]");
    const wrong = await page.locator("[role=alert]").textContent();
    assert.ok(!(await page.content()).includes("not the right words"), "what was typed is not shown again");
    await unlock(page, PASSPHRASE);
    assert.notEqual(await page.locator("[role=alert]").textContent(), wrong);
    assert.equal(path(page), "/unlock");
    await new Promise(done => setTimeout(done, 1100));
    await unlock(page, PASSPHRASE);
    await page.waitForURL(`${server.base}/`);
    assert.ok(await page.locator("nav a").count() > 3);
    await page.close();
  });

  test("another browser of this computer stays locked until it locks the first", async () => {
    const own = await browser.newContext();
    const known = server.ways.length;
    await new Promise(done => setTimeout(done, 3100));
    const first = await own.newPage();
    await first.goto(`${server.base}/enter`);
    await first.click(".again button");
    await first.waitForSelector(".said");
    assert.equal(server.ways.length, known + 1);
    const page = await context.newPage();
    await page.goto(`${server.base}/cases`);
    await page.keyboard.press("l");
    await page.waitForSelector("#passphrase");
    await first.goto(server.way());
    await first.waitForURL(`${server.base}/unlock`);
    await unlock(page, PASSPHRASE);
    await page.waitForURL(`${server.base}/`);
    await first.goto(`${server.base}/cases`);
    assert.equal(path(first), "/unlock");
    assert.equal(await first.locator("#passphrase").count(), 0);
    await first.click("main form button");
    await first.waitForSelector("#passphrase");
    await page.goto(`${server.base}/cases`);
    assert.equal(path(page), "/unlock");
    await own.close();
    await page.close();
  });
});
