// The pages in a real browser: the walk from a number to the words it rests on, every page in both themes, both
// languages and two widths, and what keeps strangers out.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import http from "node:http";
import path from "node:path";
import { launch, serve, shots, violations, watch } from "./browser.mjs";

const widths = { desk: { width: 1366, height: 850, scale: 1 }, phone: { width: 390, height: 844, scale: 2 } };
let server, browser, context;
// Addresses of pages that hold something, found on the walk.
const pages = { overview: "/", cases: "/cases", sources: "/sources", stats: "/stats", audit: "/audit", keys: "/keys", team: "/team", doctor: "/doctor", crosstab: "/stats/by", incoming: "/sources/new" };

before(async () => {
  server = await serve();
  browser = await launch();
  context = await browser.newContext({ viewport: widths.desk, reducedMotion: "reduce" });
});
after(async () => {
  await browser?.close();
  assert.equal(await server?.end() ?? 0, 0, "Ctrl-C ends the server in order");
});

describe("the way in", () => {
  test("nobody sees a page without a session", async () => {
    const stranger = await browser.newContext();
    const page = await stranger.newPage();
    await page.goto(`${server.base}/stats`);
    assert.equal(new URL(page.url()).pathname, "/enter");
    assert.equal(await page.locator("nav").count(), 0);
    await stranger.close();
  });

  test("the printed address lets one browser in, once, and leaves the token in no history", async () => {
    const page = await context.newPage();
    await page.goto(server.way());
    await page.waitForURL(`${server.base}/`);
    assert.ok(await page.locator("h1").textContent());
    const other = await browser.newContext();
    const second = await other.newPage();
    await second.goto(server.way());
    await second.waitForSelector(".said");
    assert.equal(new URL(second.url()).hash, "");
    // A new one is printed for who can see the terminal.
    const known = server.ways.length;
    await new Promise(done => setTimeout(done, 3100));
    await second.click(".again button");
    await second.waitForSelector(".said");
    assert.equal(server.ways.length, known + 1);
    await other.close();
    await page.close();
  });
});

describe("the way back", () => {
  test("from a number to the cases, from a case to the row, letter by letter", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(server.base);
    await page.click(".side nav a[href='/stats']");
    await page.click("#by-year summary");
    await page.locator("#years tbody a").first().click();
    await page.waitForSelector("#found");
    assert.match(page.url(), /\/cases\?year=/);
    assert.ok(await page.locator("table.list tbody tr").count() > 0);

    await page.click(".side nav a[href='/cases']");
    await page.click("input[name=contradicted]");
    await page.waitForFunction(() => location.search.includes("contradicted=1"));
    await page.locator("table.list tbody a").first().click();
    await page.waitForSelector("table.accounts");
    pages.case = new URL(page.url()).pathname;
    assert.ok(await page.locator("table.accounts tbody tr .tone.bad").count() > 0, "the contradiction is marked");

    const cell = page.locator("table.accounts .answer").first();
    const words = (await cell.locator(".say").textContent()).trim();
    await cell.locator("a.at").click();
    await page.waitForSelector("table.cells, figure.passage");
    pages.record = new URL(page.url()).pathname;
    assert.ok((await page.locator(".verbatim").allTextContents()).some(text => text.includes(words)), "the words stand in the row");
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("search finds a name while it is typed and keeps the address", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/cases`);
    const all = await page.locator(".found").textContent();
    const name = (await page.locator("table.list tbody a bdi").first().textContent()).trim();
    await page.keyboard.press("/");
    await page.keyboard.type(name, { delay: 5 });
    await page.waitForFunction(all => document.querySelector(".found").textContent !== all, all);
    assert.ok((await page.locator("table.list tbody a").allTextContents()).some(text => text.includes(name)));
    await page.waitForFunction(() => location.search.startsWith("?q="));
    await page.reload();
    assert.equal(await page.inputValue("#q"), name);
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("persons found are narrowed down by counts, which add up to what is then shown", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/cases`);
    await page.focus("details.facets summary");
    await page.keyboard.press("Enter");
    const place = page.locator("details.facets a[href*='place=']").first();
    const n = (await place.locator("xpath=following-sibling::span[1]").textContent()).trim();
    await place.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/place=/);
    assert.ok((await page.locator(".found").textContent()).includes(n), `${n} of this place`);
    assert.equal(await page.locator("details.facets[open] a[aria-current]").count(), 1);
    pages.narrowed = page.url().slice(server.base.length);
    await page.locator("details.facets a[aria-current]").click();
    await page.waitForURL(url => !url.search.includes("place="));
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("rows behind a disagreement, a whole list, a whole text", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/stats`);
    await page.locator("#disagreements tbody a[href]").first().click();
    await page.waitForSelector("table.list");
    assert.ok(await page.locator("table.list tbody tr").count() > 0);
    pages.disagreements = new URL(page.url()).pathname;
    await page.goto(`${server.base}/sources`);
    const links = await page.locator("table.data tbody th a").evaluateAll(all => all.map(a => a.getAttribute("href")));
    for (const link of links) {
      await page.goto(server.base + link);
      if (await page.locator("figure.passage").count()) {
        pages.text = link;
        assert.ok(await page.locator("blockquote mark").count() > 0, "claims are marked in the text");
      } else pages.list ??= link;
    }
    assert.ok(pages.list && pages.text, "the demo holds lists and texts");
    await page.close();
  });

  test("accounts that cannot all be true are settled by one of them, with a reason, and the file says so", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    await page.goto(`${server.base}/cases?contradicted=1`);
    await page.locator("table tbody th a").first().click();
    const file = page.url();
    await page.locator("td.find a.bad").first().click();
    pages.settle = new URL(page.url()).pathname;
    await page.locator("input[name=take]").first().check();
    await page.fill("#why", "the paper bears a stamp");
    await page.locator("form.settle button").click();
    await page.waitForSelector(".tone.good");
    assert.ok((await page.locator("main").textContent()).includes("the paper bears a stamp"));
    await page.goto(file);
    assert.ok(await page.locator("td.find a.good").count() > 0, "the file says which account was taken");
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("a chart's tooltip repeats its table", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/stats`);
    const [year, count] = await page.locator("#years tbody tr[data-y]").first().evaluate(row =>
      [row.dataset.y, row.cells[1].textContent]);
    await page.hover(`.wide .hit[data-y="${year}"]`);
    const tip = await page.locator(".wide .tip").innerText();
    assert.ok(tip.includes(year) && tip.includes(count), tip);
    await page.close();
  });
});

describe("every page", () => {
  for (const theme of ["light", "dark"])
    for (const lang of ["en", "ur"])
      for (const [device, { width, height, scale }] of Object.entries(widths))
        test(`${theme}, ${lang}, ${device}: no violation, nothing too wide, nothing from elsewhere, no message`, async () => {
          const state = await context.storageState();
          const own = await browser.newContext({
            storageState: state, viewport: { width, height }, deviceScaleFactor: scale, colorScheme: theme, reducedMotion: "reduce",
          });
          const { hostname } = new URL(server.base);
          await own.addCookies([{ name: "lang", value: lang, domain: hostname, path: "/" }]);
          const bad = [];
          for (const [name, address] of Object.entries(pages)) {
            const page = await own.newPage();
            const seen = watch(page, server.base);
            await page.goto(server.base + address);
            await page.evaluate(() => document.fonts.ready);
            const facts = await page.evaluate(() => ({
              overflow: document.documentElement.scrollWidth - innerWidth,
              dir: document.documentElement.dir,
              demo: document.querySelector("main > .demo") !== null,
              h1: document.querySelectorAll("h1").length,
            }));
            if (facts.overflow > 0) bad.push(`${name}: ${facts.overflow}px too wide`);
            if (facts.dir !== (lang === "ur" ? "rtl" : "ltr")) bad.push(`${name}: wrong direction`);
            if (!facts.demo) bad.push(`${name}: does not say that it is a demonstration`);
            if (facts.h1 !== 1) bad.push(`${name}: ${facts.h1} h1`);
            await page.screenshot({ path: path.join(shots, `${name}-${device}-${theme}-${lang}.png`), fullPage: device === "desk" });
            bad.push(...(await violations(page)).map(v => `${name}: ${v}`), ...seen.map(s => `${name}: ${s}`));
            await page.close();
          }
          await own.close();
          assert.deepEqual(bad, []);
        });

  test("weighs at most 8 kB on its way, and is there at once", async () => {
    const page = await context.newPage();
    const heavy = [], weights = [];
    for (const [name, address] of Object.entries({ ...pages, review: "/review", clusters: "/review/clusters", agreement: "/review/agreement" })) {
      await page.goto(server.base + address);
      const answer = await page.goto(server.base + address);
      const { responseBodySize } = await answer.request().sizes();
      const { responseStart, requestStart } = answer.request().timing();
      weights.push(`${name} ${responseBodySize} B ${Math.round(responseStart - requestStart)} ms`);
      if (responseBodySize > 8 * 1024) heavy.push(`${name}: ${responseBodySize} B`);
    }
    console.log(`    ${weights.join(" · ")}`);
    assert.deepEqual(heavy, []);
    await page.close();
  });

  test("works without JavaScript: search, theme, language, keys", async () => {
    const plain = await browser.newContext({ storageState: await context.storageState(), javaScriptEnabled: false });
    const page = await plain.newPage();
    await page.goto(`${server.base}/cases`);
    await page.check("input[name=contradicted]");
    await page.click(".search button");
    assert.match(page.url(), /contradicted=1/);
    await page.click("button[name=theme]");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    assert.match(page.url(), /contradicted=1/, "back on the same page");
    await page.click("button[name=lang]");
    assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
    await page.click(".prefs a");
    assert.ok(await page.locator("dl.keys kbd").count() >= 3);
    await plain.close();
  });

  test("nothing inline runs, even if it gets into the page", async () => {
    const page = await context.newPage();
    await page.goto(`${server.base}/stats`);
    const ran = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = 1";
      document.body.append(script);
      const box = document.createElement("div");
      box.innerHTML = '<img src=x onerror="window.ran = 2">';
      document.body.append(box);
      return new Promise(done => setTimeout(() => done(window.ran), 300));
    });
    assert.equal(ran, undefined);
    await page.close();
  });

  test("prints a case file without the frame", async () => {
    const page = await context.newPage();
    await page.goto(server.base + pages.case);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".side").isVisible(), false);
    assert.equal(await page.locator("table.accounts").isVisible(), true);
    const pdf = await page.pdf({ preferCSSPageSize: true, format: "A4" });
    assert.ok(pdf.length > 10_000);
    await page.close();
  });
});

describe("strangers", () => {
  test("a page of another port of this computer reads nothing and writes nothing", async () => {
    const foreign = http.createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>foreign"));
    await new Promise(done => foreign.listen(0, "127.0.0.1", done));
    const port = foreign.address().port;
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const own = `http://127.0.0.1:${new URL(server.base).port}`;
    const reached = await page.evaluate(own => Promise.all([
      fetch(`${own}/stats`, { credentials: "include" }).then(r => r.text(), () => "blocked"),
      fetch(`${own}/prefs`, { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({ theme: "dark" }) }).then(r => r.type, () => "blocked"),
    ]), own);
    assert.equal(reached[0], "blocked");
    const frame = await page.evaluate(base => new Promise(done => {
      const frame = document.createElement("iframe");
      frame.src = `${base}/enter`;
      frame.onload = () => { try { done(frame.contentDocument?.body?.textContent ?? "opaque"); } catch { done("opaque"); } };
      document.body.append(frame);
      setTimeout(() => done("opaque"), 2000);
    }), server.base);
    assert.ok(["opaque", ""].includes(frame.trim()), "no frame shows our pages");
    await page.close();
    foreign.close();
  });

  test("another name that leads to this computer gets nothing", async () => {
    const rebound = await launch(["--host-resolver-rules=MAP evil.test 127.0.0.1"]);
    const page = await (await rebound.newContext()).newPage();
    // An answer without a body counts as a failed navigation; what came is what matters.
    const [answer] = await Promise.all([
      page.waitForResponse(response => response.url().includes("evil.test")),
      page.goto(`http://evil.test:${new URL(server.base).port}/enter`).catch(() => {}),
    ]);
    assert.equal(answer.status(), 421);
    assert.equal(answer.headers()["content-length"], "0");
    await rebound.close();
  });
});
