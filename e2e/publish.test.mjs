// Consent and releases in a real browser, and the release itself, opened from the disk: every page in both themes, both
// languages and two widths, with nothing asked of any other host.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { launch, serve, shots, violations, watch } from "./browser.mjs";

const widths = { desk: { width: 1366, height: 850, scale: 1 }, phone: { width: 390, height: 844, scale: 2 } };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-release-"));
let server, browser, context, case1;

before(async () => {
  server = await serve();
  browser = await launch();
  context = await browser.newContext({ viewport: widths.desk, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(server.way());
  await page.waitForURL(`${server.base}/`);
  await page.goto(`${server.base}/cases`);
  case1 = new URL(await page.locator("table.list tbody a").first().evaluate(a => a.href)).pathname.split("/").at(-1);
  await page.close();
});
after(async () => {
  await browser?.close();
  await server?.end();
  if (!process.env.HABEAS_KEEP) fs.rmSync(folder, { recursive: true, force: true });
});

// Waits for the end of a job; what it counted.
async function counted(page) {
  await page.waitForSelector("#job dl.facts, #job .said", { timeout: 120_000 });
  assert.equal(await page.locator("#job .said[role=alert]").count(), 0, await page.locator("#job").textContent());
  return Object.fromEntries(await page.locator("#job dl.facts div").evaluateAll(all => all.map(one =>
    [one.querySelector("dt").textContent, Number(one.querySelector("dd").textContent.replace(/\D/g, ""))])));
}

async function look(own, base, addresses, prefix, isApp) {
  const bad = [];
  for (const [name, address] of Object.entries(addresses)) {
    const page = await own.newPage();
    const seen = watch(page, base);
    await page.goto(address);
    await page.evaluate(() => document.fonts.ready);
    const facts = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - innerWidth,
      h1: document.querySelectorAll("h1").length,
    }));
    if (facts.overflow > 0) bad.push(`${name}: ${facts.overflow}px too wide`);
    if (facts.h1 !== 1) bad.push(`${name}: ${facts.h1} h1`);
    await page.screenshot({ path: path.join(shots, `${prefix}-${name}.png`), fullPage: isApp !== "phone" });
    // What axe itself asks of a file afterwards is none of the page's doing.
    bad.push(...seen.map(s => `${name}: ${s}`), ...(await violations(page)).map(v => `${name}: ${v}`));
    await page.close();
  }
  return bad;
}

describe("consent on pages", () => {
  test("an answer is typed with the keyboard alone, shown, and taken back, without JavaScript", async () => {
    const plain = await browser.newContext({ storageState: await context.storageState(), javaScriptEnabled: false, viewport: widths.desk });
    const page = await plain.newPage();
    await page.goto(`${server.base}/consent?of=${case1}`);
    await page.focus("#c-giver");
    await page.keyboard.press("Tab");
    await page.keyboard.type("mother");
    for (const value of ["identity", "event", "district", "attributes"]) {
      await page.focus(`input[value=${value}]`);
      await page.keyboard.press("Space");
    }
    for (const box of ["input[name=audience][value=un-body]", "input[name=audience][value=lawyers]", "input[name=purpose][value=submission]", "input[name=purpose][value=litigation]"]) {
      await page.focus(box);
      await page.keyboard.press("Space");
    }
    await page.selectOption("#c-giver", "family");
    await page.focus("#c-risk");
    await page.keyboard.type("3");
    await page.keyboard.press("Enter");
    await page.waitForSelector("table.list .tone.good");
    assert.ok(await page.locator("table.list .tone.good").count() >= 8, "each part for each reader");
    assert.match(await page.locator("ul.queue").textContent(), /mother/);
    await plain.close();
  });
});

// A letter of one page with a name on it, as PDF.
function letter(words) {
  const drawn = `BT /F1 40 Tf 50 380 Td (${words}) Tj ET`;
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${drawn.length} >> stream\n${drawn}\nendstream`, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"];
  let file = "%PDF-1.7\n";
  const places = objects.map((object, n) => { const place = file.length; file += `${n + 1} 0 obj ${object} endobj\n`; return place; });
  const table = places.map(place => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  return Buffer.from(`${file}xref\n0 6\n0000000000 65535 f \n${table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`);
}

describe("a page with parts blacked out", () => {
  // The colour of the picture at a place, in thousandths.
  const colour = (page, x, y) => page.locator(".blackout img").evaluate(async (img, [x, y]) => {
    await img.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: img.naturalWidth, height: img.naturalHeight });
    const drawn = canvas.getContext("2d");
    drawn.drawImage(img, 0, 0);
    return [...drawn.getImageData(Math.floor(x / 1000 * canvas.width), Math.floor(y / 1000 * canvas.height), 1, 1).data];
  }, [x, y]);

  test("is drawn on with the pointer, kept, and black where it was drawn on", async () => {
    const page = await context.newPage();
    await page.setViewportSize({ width: 1366, height: 2000 });
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/sources/new`);
    await page.setInputFiles("#files", { name: "letter.pdf", mimeType: "application/pdf", buffer: letter("Zalmira") });
    await page.click("text=Look at them");
    await page.click("form[action$='/text'] button");
    await page.waitForURL(/\/sources\/letter$/);
    await page.click("a[href$='/redact']");
    await page.locator(".blackout.draws").waitFor();
    await page.locator(".blackout img").evaluate(img => img.decode());
    await page.locator(".blackout img").scrollIntoViewIfNeeded();
    const { x, y, width, height } = await page.locator(".blackout img").boundingBox();
    await page.mouse.move(x + width * 0.06, y + height * 0.44);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + height * 0.56, { steps: 4 });
    await page.mouse.up();
    const [left, top, wide, high] = (await page.inputValue("#regions")).split(",").map(Number);
    assert.ok(Math.abs(left - 60) < 5 && Math.abs(top - 440) < 5 && Math.abs(wide - 440) < 9 && Math.abs(high - 120) < 9);
    assert.equal(await page.locator(".blackout span").count(), 1);
    assert.deepEqual(await violations(page), []);
    await page.screenshot({ path: path.join(shots, "redact.png"), fullPage: true });
    await page.click("text=Black out and keep");
    await page.waitForURL(/letter-page-1-[0-9a-f]{8}\/redact$/);
    assert.deepEqual(await colour(page, 200, 500), [0, 0, 0, 255]);
    assert.deepEqual(await colour(page, 800, 800), [255, 255, 255, 255]);
    assert.equal(await page.locator("#regions").count(), 0, "what is black is not made black again");
    assert.deepEqual([...seen, ...await violations(page)], []);
    await page.close();
  });

  test("is blacked out by numbers without JavaScript, on a phone, in Urdu", async () => {
    const plain = await browser.newContext({ storageState: await context.storageState(), javaScriptEnabled: false, viewport: widths.phone });
    await plain.addCookies([{ name: "lang", value: "ur", url: server.base }]);
    const page = await plain.newPage();
    await page.goto(`${server.base}/sources/letter/redact`);
    await page.screenshot({ path: path.join(shots, "redact-phone-ur.png"), fullPage: true });
    await page.fill("#regions", "60,450,400,100\n0,0,100,40");
    await page.click("form[action$='/redact'] button.go");
    assert.match(page.url(), /letter-page-1-[0-9a-f]{8}\/redact$/);
    assert.match(await page.locator("dl.facts").textContent(), /60,450,400,100 {2}0,0,100,40/);
    await plain.close();
  });
});

describe("a release on pages", () => {
  test("is checked, built and verified as work that can be left", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/publish`);
    await page.selectOption("#p-lang", "en,ur");
    await page.click("form[action='/publish/check'] .go");
    const checked = await counted(page);
    assert.equal(checked["What stands against it"], 0, await page.locator("#job").textContent());
    assert.ok(checked["Persons named"] > 0 && checked["Protected terms searched for"] > 100);
    await page.goto(`${server.base}/publish`);
    await page.selectOption("#p-lang", "en,ur");
    await page.fill("#build-dir", path.join(folder, "R1"));
    await page.click("button[formaction='/publish/build']");
    assert.equal((await counted(page)).Number, 1);
    await page.goto(`${server.base}/publish`);
    await page.fill("#verify-dir", path.join(folder, "R1"));
    await page.click("form[action='/publish/verify'] button");
    const whole = await counted(page);
    assert.ok(whole["What stands against it"] === 0 && whole["Signatures that hold"] === 1);
    await page.close();
  });

  test("one case goes to the working group, and to lawyers in two languages", async () => {
    for (const [profile, dir, lang] of [["wgeid", "S2", "en"], ["case", "C3", "en,ur"]]) {
      const page = await context.newPage();
      await page.goto(`${server.base}/publish`);
      await page.selectOption("#p-profile", profile);
      await page.selectOption("#p-lang", lang);
      await page.click("form[action='/publish/check'] summary");
      await page.fill("#p-person", case1);
      await page.check("#p-incomplete");
      await page.fill("#build-dir", path.join(folder, dir));
      await page.click("button[formaction='/publish/build']");
      assert.equal((await counted(page))["Persons named"], 1);
      await page.close();
    }
  });

  test("a sealed copy comes as a file for one key, and is noted", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/publish`);
    const fold = page.locator("details", { has: page.locator("form[action='/publish/deliver']") }).first();
    await fold.locator("summary").click();
    const row = fold.locator("form");
    await row.locator("input[name=to]").fill("Office of Counsel");
    await row.locator("input[name=age]").fill("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p");
    const [download] = await Promise.all([page.waitForEvent("download"), row.locator("button[formaction='/publish/copy']").click()]);
    assert.match(download.suggestedFilename(), /^R\d{4}\.age$/);
    const sealed = fs.readFileSync(await download.path());
    assert.ok(sealed.subarray(0, 22).toString().startsWith("age-encryption.org/v1") && sealed.length > 10_000);
    await page.goto(`${server.base}/publish`);
    assert.match(await page.locator("ul.queue").textContent(), /Office of Counsel/);
    await page.close();
  });

  test("weighs at most 8 kB on its way", async () => {
    const page = await context.newPage();
    for (const address of ["/consent", `/consent?of=${case1}`, "/publish"]) {
      await page.goto(server.base + address);
      const { responseBodySize } = await (await page.goto(server.base + address)).request().sizes();
      console.log(`    ${address} ${responseBodySize} B`);
      assert.ok(responseBodySize <= 8 * 1024, `${address}: ${responseBodySize} B`);
    }
    await page.close();
  });

  for (const [device, { width, height, scale }] of Object.entries(widths))
    for (const theme of ["light", "dark"])
      for (const lang of ["en", "ur"])
        test(`pages: ${device}, ${theme}, ${lang}: nothing to scroll sideways, 0 violations`, async () => {
          const own = await browser.newContext({ storageState: await context.storageState(), viewport: { width, height }, deviceScaleFactor: scale, reducedMotion: "reduce" });
          await own.addCookies([{ name: "theme", value: theme, url: server.base }, { name: "lang", value: lang, url: server.base }]);
          const addresses = { consent: `${server.base}/consent`, "consent-one": `${server.base}/consent?of=${case1}`, publish: `${server.base}/publish` };
          const bad = await look(own, server.base, addresses, `app-${device}-${theme}-${lang}`, device);
          await own.close();
          assert.deepEqual(bad, []);
        });
});

describe("a release opened from the disk", () => {
  const file = name => pathToFileURL(path.join(folder, name)).href;
  const pages = lang => {
    const below = lang === "ur" ? "R1/site/ur/" : "R1/site/";
    const names = ["index", "memorial", "statistics", "methods", "downloads", "verify"];
    const person = fs.readdirSync(path.join(folder, below, "p"))[0];
    const own = Object.fromEntries(names.map(name => [name, file(`${below}${name}.html`)]));
    const papers = lang === "ur" ? { case: file("C3/case.ur.html") } : { case: file("C3/case.html"), submission: file("S2/submission.html") };
    return { ...own, person: file(`${below}p/${person}`), ...papers };
  };
  for (const [device, { width, height, scale }] of Object.entries(widths))
    for (const theme of ["light", "dark"])
      for (const lang of ["en", "ur"])
        test(`${device}, ${theme}, ${lang}: no request elsewhere, 0 violations`, async () => {
          const own = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme: theme, offline: true, reducedMotion: "reduce" });
          const bad = await look(own, "file://", pages(lang), `site-${device}-${theme}-${lang}`, device);
          await own.close();
          assert.deepEqual(bad, []);
        });

  test("finds a name without a server, and prints", async () => {
    const page = await (await browser.newContext({ viewport: widths.desk, offline: true })).newPage();
    const letter = fs.readdirSync(path.join(folder, "R1/site")).find(name => /^names-/.test(name));
    await page.goto(file(`R1/site/${letter ?? "memorial.html"}`));
    const name = (await page.locator(".names a").first().textContent()).trim();
    await page.goto(file("R1/site/memorial.html"));
    await page.fill("input[type=search]", name);
    await page.waitForSelector("#found a");
    assert.ok((await page.locator("#found a").allTextContents()).some(found => found.includes(name)));
    await page.locator("#found a").first().click();
    await page.waitForURL(/\/p\//);
    await page.goto(file("S2/submission.html"));
    assert.ok((await page.pdf({ format: "A4" })).length > 10_000);
    await page.context().close();
  });
});
