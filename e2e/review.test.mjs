// Review in a real browser: by keys alone, without JavaScript, on an Urdu keyboard, and with whatever a hand may do twice.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import path from "node:path";
import { launch, serve, shots, violations, watch } from "./browser.mjs";

let server, browser, context;

before(async () => {
  server = await serve();
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
});

const pairOn = page => page.inputValue("form.decision input[name=pair]");
const changed = (page, pair) => page.waitForFunction(pair => {
  const now = document.querySelector("form.decision input[name=pair]");
  return now && now.value !== pair;
}, pair);
const decided = page => page.locator(".recent li").count();

describe("review", () => {
  test("by keys alone: decide, look at the weights, take back", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(server.base);
    await page.keyboard.press("Tab");
    await page.click(".side nav a[href='/review']");
    const first = await pairOn(page);
    const times = [];
    for (const key of ["m", "u", "u"]) {
      const pair = await pairOn(page);
      const begun = Date.now();
      await page.keyboard.press(key);
      await changed(page, pair);
      times.push(Date.now() - begun);
    }
    assert.equal(await decided(page), 3);
    assert.equal(await page.locator(".wft").count(), 0, "blind");
    assert.match(await page.locator("#live").textContent(), /Cannot tell\. The next pair is here/);
    await page.keyboard.press("w");
    await page.waitForSelector(".wft");
    await page.keyboard.press("w");
    await page.waitForSelector(".wft", { state: "detached" });
    const before = await pairOn(page);
    for (let left = 2; left >= 0; left--) {
      await page.keyboard.press("z");
      await page.waitForFunction(n => document.querySelectorAll(".recent li").length === n, left);
    }
    assert.equal(await pairOn(page), first, "what was taken back is open again");
    assert.notEqual(before, first);
    assert.deepEqual(seen, []);
    console.log(`    key to next pair: ${times.join(", ")} ms`);
    await page.close();
  });

  test("a key decides nothing while somebody types, and nothing while it is held down", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/review`);
    const pair = await pairOn(page);
    await page.focus("#why");
    await page.keyboard.type("mnu");
    assert.equal(await page.inputValue("#why"), "mnu");
    assert.equal(await pairOn(page), pair);
    await page.locator("h1").click();
    await page.evaluate(() => dispatchEvent(new KeyboardEvent("keydown", { key: "u", code: "KeyU", repeat: true, bubbles: true })));
    await page.keyboard.press("Control+u").catch(() => {});
    assert.equal(await pairOn(page), pair);
    assert.equal(await decided(page), 0);
    await page.close();
  });

  test("on an Urdu keyboard the same keys decide", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/review`);
    const pair = await pairOn(page);
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ئ", code: "KeyU", bubbles: true })));
    await changed(page, pair);
    assert.equal(await decided(page), 1);
    await page.keyboard.press("z");
    await page.waitForFunction(() => document.querySelectorAll(".recent li").length === 0);
    await page.close();
  });

  test("a double click, the back button and a second tab record nothing twice and nothing unseen", async () => {
    const page = await context.newPage(), other = await context.newPage();
    await page.goto(`${server.base}/review`);
    await other.goto(`${server.base}/review`);
    const pair = await pairOn(page);
    assert.equal(await pairOn(other), pair);
    await page.dblclick(".v.undecided");
    await changed(page, pair);
    await page.goto(`${server.base}/review`);
    const n = await decided(page);
    assert.ok(n >= 1 && n <= 2, `a double click is one decision for each pair that was on the screen: ${n}`);
    await other.fill("#why", "words that must not be lost");
    await other.click(".v.same");
    await other.waitForSelector("[role=alert]");
    assert.match(await other.locator("[role=alert]").textContent(), /decided since you opened/);
    assert.equal(await other.inputValue("#why"), "words that must not be lost");
    await page.goBack();
    await page.goForward();
    assert.equal(await decided(page), n);
    while (await decided(page) > 0) {
      const left = await decided(page);
      await page.keyboard.press("z");
      await page.waitForFunction(left => document.querySelectorAll(".recent li").length < left, left);
    }
    await page.close();
    await other.close();
  });

  test("works without JavaScript: decide, weights, reason, undo", async () => {
    const plain = await browser.newContext({ storageState: await context.storageState(), javaScriptEnabled: false });
    const page = await plain.newPage();
    await page.goto(`${server.base}/review`);
    const pair = await pairOn(page);
    await page.click("text=Show the model’s weights");
    assert.ok(await page.locator(".wft tbody tr").count() > 3);
    assert.equal(await pairOn(page), pair);
    await page.click(".v.undecided");
    assert.equal(await page.locator(".recent li").count(), 1);
    await page.click(".recent li a");
    assert.equal(await pairOn(page), pair);
    await page.click(".v.same");
    assert.match(await page.locator("[role=alert]").textContent(), /Say why/);
    await page.fill("#why", "one father");
    await page.click(".v.same");
    assert.match(await page.locator(".recent li").first().textContent(), /one father/);
    for (const left of [1, 0]) {
      await page.click("text=Undo my last decision");
      assert.equal(await page.locator(".recent li").count(), left);
    }
    await plain.close();
  });

  test("leaves one out of a cluster by its digit, in one stroke, and takes it back", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/review/clusters`);
    // By keys alone, from the list to the decision and back.
    await page.locator("table.data tbody th a").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("form.cluster");
    const n = await page.locator("input[name^=in-]").count();
    await page.keyboard.press("2");
    assert.equal(await page.isChecked("input[name=in-1]"), false);
    await page.keyboard.press("m");
    await page.waitForSelector("[role=alert]");
    await page.focus("#why");
    await page.keyboard.type("another father");
    // What was ticked is kept with what was typed.
    assert.equal(await page.isChecked("input[name=in-1]"), false);
    await page.screenshot({ path: path.join(shots, "review-cluster.png"), fullPage: true });
    await page.keyboard.press("Enter");
    await page.waitForSelector("[role=status].said");
    await page.goto(`${server.base}/review`);
    assert.match(await page.locator(".recent li").first().textContent(), new RegExp(`${n - 1} decisions? together|another father`));
    await page.keyboard.press("z");
    await page.waitForFunction(() => document.querySelectorAll(".recent li").length === 0);
    assert.deepEqual(seen.filter(line => !line.includes("422")), []);
    await page.close();
  });

  test("no violation and nothing too wide, in both themes, languages and widths", async () => {
    const bad = [];
    for (const theme of ["light", "dark"]) for (const lang of ["en", "ur"]) for (const [device, width, height] of [["desk", 1366, 850], ["phone", 390, 844], ["small", 320, 640]]) {
      const own = await browser.newContext({ storageState: await context.storageState(), viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
      await own.addCookies([{ name: "lang", value: lang, domain: new URL(server.base).hostname, path: "/" }]);
      const page = await own.newPage();
      await page.goto(`${server.base}/review/clusters`);
      const cluster = await page.locator("table.data tbody th a").first().getAttribute("href");
      await page.goto(`${server.base}/review`);
      const pair = await page.locator(".under a").getAttribute("href");
      for (const [name, address] of Object.entries({ review: "/review", weights: pair, disputes: "/review/disputes", agreement: "/review/agreement", clusters: "/review/clusters", cluster })) {
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
