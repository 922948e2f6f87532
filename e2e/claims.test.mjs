// Coding in a real browser: a text comes in, its suggestions are worked through by keys, a selection becomes a claim, two accounts
// are settled; then the same without JavaScript, and every page in both themes, directions and three widths.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { launch, serve, shots, violations, watch } from "./browser.mjs";

const TEXT = "A bomb killed 52 people in Corva on 12 November 2016.\r\nPolice arrested Adil Venn in Tenna on 3 May 2015. "
  + "Gunmen abducted Mila Ural from Tenna on 9 June 2015.\n\nThe hospital of Corva counted 45 dead.\nکریم دارین کو پولیس نے 3 مئی 2015 کو ٹینا سے گرفتار کیا۔\n";
let server, browser, context, folder;

before(async () => {
  server = await serve();
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1366, height: 850 }, reducedMotion: "reduce" });
  context.setDefaultTimeout(5000);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-claims-"));
  fs.writeFileSync(path.join(folder, "blast.txt"), TEXT);
  const page = await context.newPage();
  await page.goto(server.way());
  await page.waitForURL(`${server.base}/`);
  await page.close();
});
after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
  assert.equal(await server?.end() ?? 0, 0);
});

// For the documentation: the first thousand pixels of a page.
const picture = async (page, name) => {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 1000, height: 720 });
  await page.screenshot({ path: path.join(shots, `${name}.png`) });
  await page.setViewportSize(size);
};
const actOn = page => page.inputValue("form.decision input[name=at]");
const changed = (page, act) => page.waitForFunction(act => {
  const now = document.querySelector("form.decision input[name=at]");
  return !now || now.value !== act;
}, act);
const decided = page => page.locator(".recent li").count();
const press = async (page, key) => {
  const act = await actOn(page), begun = Date.now();
  await page.keyboard.press(key);
  await changed(page, act);
  return Date.now() - begun;
};

describe("claims", () => {
  test("a text comes in, its suggestions are read by keys alone", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/sources/new`);
    await page.setInputFiles("#files", path.join(folder, "blast.txt"));
    await page.click("form.drop .btn");
    await page.selectOption("#kind", "article");
    await page.click("form.search button.btn");
    await page.waitForURL(/\/sources\/blast$/);
    await page.click("text=Suggest claims");
    await page.waitForURL(/\/claims\/queue\?source=blast/);
    const begun = await decided(page);
    const first = await actOn(page);
    const times = [await press(page, "j")];
    times.push(await press(page, "k"));
    assert.equal(await actOn(page), first);
    // e leads into the first field; keys decide nothing there.
    await page.keyboard.press("e");
    assert.match(await page.evaluate(() => document.activeElement.name), /^value-/);
    const act = await actOn(page);
    await page.keyboard.type("ar");
    assert.equal(await actOn(page), act);
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    await page.locator("h1").click();
    times.push(await press(page, "a"));
    times.push(await press(page, "r"));
    assert.equal(await decided(page), begun + 2);
    assert.match(await page.locator("#live").textContent(), /Recorded/);
    for (const left of [1, 0]) {
      await page.keyboard.press("u");
      await page.waitForFunction(n => document.querySelectorAll(".recent li").length === n, begun + left);
    }
    await page.goto(`${server.base}/claims/queue?source=blast`);
    assert.equal(await actOn(page), first, "what was taken back waits again");
    assert.deepEqual(seen, []);
    await picture(page, "claims-queue");
    console.log(`    key to next act: ${times.join(", ")} ms`);
    await page.close();
  });

  test("a double click and a second tab record nothing twice and lose nothing that was typed", async () => {
    const page = await context.newPage(), other = await context.newPage();
    await page.goto(`${server.base}/claims/queue?source=blast`);
    await other.goto(`${server.base}/claims/queue?source=blast`);
    const n = await decided(page), act = await actOn(page);
    await page.dblclick(".v.same");
    await changed(page, act);
    await other.fill("#why", "words that must not be lost");
    await other.click(".v.different");
    await other.waitForSelector("[role=alert]");
    assert.equal(await other.inputValue("#why"), "words that must not be lost");
    await page.goto(`${server.base}/claims/queue?source=blast`);
    assert.ok(await decided(page) - n >= 1 && await decided(page) - n <= 2, "a double click is one decision for each act that was on the screen");
    await page.close();
    await other.close();
  });

  test("words that are selected become a claim, in Latin and in Arabic script", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    for (const [words, name] of [["The hospital of Corva", "hospital"], ["کریم دارین", "karim"]]) {
      await page.goto(`${server.base}/sources/blast`);
      assert.equal(await page.locator("[data-pick]").isVisible(), false);
      await page.evaluate(words => {
        const walker = document.createTreeWalker(document.querySelector("#text blockquote"), NodeFilter.SHOW_TEXT);
        for (let node; (node = walker.nextNode());) {
          const at = node.textContent.indexOf(words);
          if (at >= 0) getSelection().setBaseAndExtent(node, at, node, at + words.length);
        }
      }, words);
      await page.waitForSelector("[data-pick]:visible");
      if (name === "karim") await page.screenshot({ path: path.join(shots, "claims-selection.png") });
      await page.keyboard.press("c");
      await page.waitForURL(/span=/);
      assert.ok(!decodeURIComponent(page.url()).includes(words), "no passage in an address");
      assert.equal(await page.locator("#passage mark").textContent(), words);
      await page.selectOption("#f-kind", name === "karim" ? "mention" : "party");
      await page.fill("#f-name", name);
      await page.selectOption("#f-topic", name === "karim" ? "name" : "called");
      if (name === "karim") await picture(page, "claims-form");
      await page.dblclick("form.claim button.go");
      await page.waitForURL(/\/claims\/[0-9a-f]{32}$/).catch(async () => assert.fail(await page.locator("main").innerText()));
      assert.equal(await page.locator("#passage mark").textContent(), words);
    }
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("without JavaScript: a quote that stands twice is asked back, two figures are settled, and taken back", async () => {
    const plain = await browser.newContext({ storageState: await context.storageState(), javaScriptEnabled: false, viewport: { width: 1366, height: 850 } });
    const page = await plain.newPage();
    for (const [quote, is] of [["52 people", "52"], ["45 dead", "45"]]) {
      await page.goto(`${server.base}/claims/new?source=blast`);
      await page.fill("#f-quote", "no such words");
      await page.selectOption("#f-kind", "incident");
      await page.fill("#f-name", "blast");
      await page.selectOption("#f-topic", "count");
      await page.fill("#f-is", is);
      await page.click("form.claim button.go");
      assert.match(await page.locator("[role=alert]").textContent(), /do not stand in the text/);
      assert.equal(await page.inputValue("#f-name"), "blast");
      await page.fill("#f-quote", quote);
      await page.click("summary >> text=What a figure counts");
      await page.selectOption("#f-measure", "killed");
      await page.click("form.claim button.go");
      await page.waitForURL(/\/claims\/[0-9a-f]{32}$/);
    }
    await page.click("text=Compare and settle");
    assert.match(await page.locator(".outcome").textContent(), /45 to 52/);
    await page.check("input[value=majority]");
    await page.fill("#why", "two of three");
    await page.click("text=Record the decision");
    assert.match(await page.locator(".outcome").textContent(), /settled/);
    await picture(page, "claims-conflict");
    await page.click("text=Undo my last decision");
    await page.goto(`${server.base}/claims/conflicts`);
    assert.match(await page.locator("main").innerText(), /not settled/);
    await plain.close();
  });

  test("what was typed when another tab locks the vault comes back behind the passphrase", async () => {
    const page = await context.newPage(), other = await context.newPage();
    await page.goto(`${server.base}/claims/new?source=blast`);
    await other.goto(`${server.base}/claims`);
    await page.fill("#f-name", "half of a name");
    await other.click("[data-lock] button");
    await other.waitForSelector("#passphrase");
    await page.waitForURL(/\/unlock\/keep$/);
    await page.screenshot({ path: path.join(shots, "claims-locked.png") });
    await page.fill("#passphrase", "invented people in an invented country");
    await page.click("form.enter .btn");
    await page.waitForSelector("text=What you had typed is here");
    await page.click("form.enter .btn");
    await page.waitForSelector("form.claim");
    assert.equal(await page.inputValue("#f-name"), "half of a name");
    await page.close();
    await other.close();
  });

  test("a translation stands beside its original", async () => {
    const page = await context.newPage();
    fs.writeFileSync(path.join(folder, "tarjuma.txt"), "12 نومبر 2016 کو کوروا میں ایک بم سے 52 افراد ہلاک ہوئے۔\nپولیس نے 3 مئی 2015 کو ٹینا سے عادل وین کو گرفتار کیا۔\n");
    await page.goto(`${server.base}/sources/new`);
    await page.setInputFiles("#files", path.join(folder, "tarjuma.txt"));
    await page.click("form.drop .btn");
    await page.selectOption("#kind", "article");
    await page.click("form.search button.btn");
    await page.click("details.about summary");
    await page.selectOption("#of", "blast");
    await page.click("form[action$='/made-from'] .btn");
    await page.waitForSelector("#original");
    assert.equal(await page.locator(".beside blockquote").count(), 2);
    await picture(page, "claims-beside");
    await page.close();
  });

  test("no violation and nothing too wide, in both themes, languages and widths", async () => {
    const bad = [], heavy = [];
    for (const theme of ["light", "dark"]) for (const lang of ["en", "ur"]) for (const [device, width, height] of [["desk", 1366, 850], ["phone", 390, 844], ["small", 320, 640]]) {
      const own = await browser.newContext({ storageState: await context.storageState(), viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
      await own.addCookies([{ name: "lang", value: lang, domain: new URL(server.base).hostname, path: "/" }]);
      const page = await own.newPage();
      await page.goto(`${server.base}/claims/conflicts`);
      const accounts = await page.locator("section.about h2 a").first().getAttribute("href");
      const addresses = { claims: "/claims", queue: "/claims/queue", form: "/claims/new?source=blast", selected: "/claims/new?source=blast&span=14-23", text: "/sources/blast", names: "/sources/blast/names", beside: "/sources/tarjuma", map: "/stats/map", conflicts: "/claims/conflicts", accounts, claim: accounts.replace("/accounts", "") };
      for (const [name, address] of Object.entries(addresses)) {
        const seen = watch(page, server.base);
        const answer = await page.goto(server.base + address);
        const weight = (await answer.request().sizes()).responseBodySize;
        if (weight > 8192) heavy.push(`${name} ${lang}: ${weight} bytes`);
        await page.evaluate(() => document.fonts.ready);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) bad.push(`${name} ${device} ${lang}: ${wide}px too wide`);
        if (device !== "small") await page.screenshot({ path: path.join(shots, `coding-${name}-${device}-${theme}-${lang}.png`), fullPage: device === "desk" });
        bad.push(...(await violations(page)).map(v => `${name} ${device} ${theme} ${lang}: ${v}`), ...seen.map(s => `${name}: ${s}`));
      }
      await own.close();
    }
    assert.deepEqual(bad, []);
    assert.deepEqual(heavy, []);
  });
});
