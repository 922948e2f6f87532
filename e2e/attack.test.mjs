// What an attacker would try, in a real browser: each attempt is counted, and none may get through.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { launch, program, serve, watch } from "./browser.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "habeas-e2e-attack-"));
const vault = path.join(folder, "vault"), words = path.join(folder, "words");
let server, browser, context, foreign, foreignBase;
let tried = 0, blocked = 0;
const attempt = (name, held) => { tried++; if (held) blocked++; assert.ok(held, name); };

const SCRIPTS = [
  "\"><script>window.__xss=1</script>",
  "'><img src=x onerror=window.__xss=2>",
  "<svg onload=window.__xss=3>",
  "javascript:window.__xss=4",
  "</title><script>window.__xss=5</script>",
  "{{constructor.constructor('window.__xss=6')()}}",
  "\u202e<b onmouseover=window.__xss=7>",
  "=HYPERLINK(\"http://evil.test\")",
];

before(async () => {
  fs.writeFileSync(words, "invented people under attack\n");
  execFileSync(program(), ["init", vault, "--passphrase-file", words, "--name", SCRIPTS[0]], { stdio: "ignore" });
  execFileSync(program(), ["checkpoint", "make", "--vault", vault, "--passphrase-file", words], { stdio: "ignore" });
  server = await serve(["serve", "--listen", "127.0.0.1:0", "--vault", vault, "--passphrase-file", words]);
  browser = await launch(["--host-resolver-rules=MAP *.evil.test 127.0.0.1,MAP evil.test 127.0.0.1"]);
  context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(server.way());
  await page.waitForURL(url => new URL(url).pathname !== "/enter");
  await page.close();
  foreign = http.createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>foreign"));
  await new Promise(done => foreign.listen(0, "127.0.0.1", done));
  foreignBase = `http://evil.test:${foreign.address().port}`;
});
after(async () => {
  foreign?.close();
  await browser?.close();
  assert.equal(await server?.end() ?? 0, 0);
  fs.rmSync(folder, { recursive: true, force: true });
  console.log(`    attacks: ${blocked} of ${tried} blocked`);
});

describe("attacks", () => {
  test("a script in every field that others fill: none runs, on any page that shows it", async () => {
    const page = await context.newPage();
    const seen = watch(page, server.base);
    page.on("dialog", dialog => { seen.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    const quoted = text => `"${text.replaceAll("\"", "\"\"")}"`;
    const lists = ["one", "two"].map(name => {
      const head = [`Name`, `Father`, `Date taken`, `Place`, quoted(SCRIPTS[1])].join(",");
      const rows = SCRIPTS.map((script, i) => [quoted(script), quoted(SCRIPTS[(i + 1) % SCRIPTS.length]), `2015-02-0${i + 1}`, quoted(script), quoted(script)].join(","));
      return { name: `${name}<img src=x onerror=window.__xss=8>.csv`, mimeType: "text/csv", buffer: Buffer.from([head, ...rows].join("\n") + "\n") };
    });
    for (const [i, list] of lists.entries()) {
      await page.goto(`${server.base}/sources/new`);
      await page.setInputFiles("#files", list);
      await page.click("text=Look at them");
      await page.waitForSelector("table.mapping");
      await page.fill("#f-key", `list${i}`);
      await page.fill("#f-title", SCRIPTS[i]);
      await page.fill("#f-speaker", SCRIPTS[2]);
      await page.fill("#f-edition", SCRIPTS[4]);
      await page.click("button.go");
      await page.waitForURL(/\/jobs\//);
      await page.waitForFunction(() => document.querySelector("#job") && !document.querySelector("#job[hx-get]"));
      assert.match(await page.locator("#job").textContent(), /Done/);
    }
    await page.goto(server.base);
    await page.click("text=Link now");
    await page.waitForURL(/\/jobs\//);
    await page.waitForFunction(() => document.querySelector("#job") && !document.querySelector("#job[hx-get]"));
    await page.goto(`${server.base}/review`);
    if (await page.locator("#why").count()) {
      await page.fill("#why", SCRIPTS[1]);
      await page.click(".v.undecided");
      await page.waitForSelector(".recent li");
    }
    await page.goto(`${server.base}/team`);
    await page.fill("#new-name", SCRIPTS[0]);
    await page.click("text=Add a member >> nth=-1");
    // A search that is named, and saved; and a way back that leads elsewhere.
    await page.goto(`${server.base}/cases?q=a`);
    await page.click("details.save summary");
    await page.fill("#search-name", SCRIPTS[0].slice(0, 80));
    await page.click("details.save button");
    await page.waitForSelector("nav.saved");
    for (const back of ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)", "/team"]) {
      await page.goto(`${server.base}/earlier?back=${encodeURIComponent(back)}`);
      const ways = await page.locator("main input[name=back]").evaluateAll(all => all.map(one => one.value));
      attempt(`a way back to ${back}`, ways.length > 0 && ways.every(way => way === "/cases"));
    }
    // Every page that a link leads to, once.
    const todo = ["/", "/earlier", "/stats/map", "/sources", "/sources/new", "/cases", "/review", "/review/clusters", "/review/disputes", "/review/agreement", "/stats", "/stats/by", "/team", "/audit", "/keys"];
    const done = new Set();
    while (todo.length && done.size < 80) {
      const address = todo.shift();
      if (done.has(address)) continue;
      done.add(address);
      await page.goto(server.base + address);
      await page.hover("main");
      attempt(`a script ran at ${address}`, await page.evaluate(() => window.__xss) === undefined);
      attempt(`${address} holds an element of others`, await page.evaluate(() =>
        document.querySelectorAll("main img, main script, main [onload], main [onerror], main [onmouseover], main a[href^='javascript'], main iframe").length) === 0);
      const links = await page.locator("main a[href^='/']:not([download])").evaluateAll(all => all.map(a => a.getAttribute("href").split("#")[0]));
      todo.push(...links.filter(link => !link.startsWith("/stats/file") && !done.has(link)).slice(0, 12));
    }
    assert.ok(done.size > 25, `only ${done.size} pages were walked`);
    assert.deepEqual(seen, []);
    await page.close();
  });

  test("another site writes nothing: forms, fetches, uploads, of every address that writes", async () => {
    const own = server.base, loopback = `http://127.0.0.1:${new URL(server.base).port}`;
    const targets = ["/prefs", "/lock", "/unlock", "/enter/again", "/review/decide", "/review/undo", "/review/clusters/0011", "/sources/new", "/link", "/estimates", "/team/add", "/team/role", "/checkpoints", "/backup", "/imports/0011/undo", "/jobs/0011/stop", "/start/make", "/start/open", "/start/demo",
      "/earlier", "/searches", "/searches/forget", "/shares", "/consent", "/consent/withdraw", "/publish/propose", "/publish/approve", "/publish/build", "/publish/withdraw", "/claims/queue", "/claims/undo", "/claims/new", "/sources/new/typed", "/unlock/keep", "/sources/families/2/gone"];
    const page = await context.newPage();
    await page.goto(foreignBase);
    for (const base of [own, loopback]) for (const target of targets) {
      const [answer] = await Promise.all([
        page.waitForResponse(response => response.url() === base + target, { timeout: 600 }).catch(() => null),
        page.evaluate(url => fetch(url, { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams({ token: "x", theme: "dark" }) }).catch(() => {}), base + target),
      ]);
      attempt(`POST ${base}${target} from another site`, answer === null || [403, 421].includes(answer.status()));
    }
    // A real form, which navigates; with a body as an upload has it.
    for (const target of ["/link", "/sources/new", "/lock"]) {
      const form = await context.newPage();
      await form.goto(foreignBase);
      const [answer] = await Promise.all([
        form.waitForResponse(response => response.url() === own + target, { timeout: 600 }).catch(() => null),
        form.evaluate(url => {
          const form = Object.assign(document.createElement("form"), { method: "post", action: url, enctype: "multipart/form-data" });
          document.body.append(form);
          form.submit();
        }, own + target),
      ]);
      attempt(`form to ${target}`, answer === null || [403, 421].includes(answer.status()));
      await form.close();
    }
    const check = await context.newPage();
    await check.goto(server.base);
    assert.equal(await check.locator("nav").count() > 0, true, "still open: nothing locked it");
    await check.close();
    await page.close();
  });

  test("a session that was planted is worth nothing, and the one that is given is new", async () => {
    const planted = await browser.newContext();
    const { hostname } = new URL(server.base);
    await planted.addCookies([{ name: "__Host-habeas", value: "0".repeat(64), url: server.base.replace("http:", "https:"), secure: true }]).catch(() => {});
    const page = await planted.newPage();
    await page.goto(`${server.base}/cases`);
    attempt("a planted session opens a page", new URL(page.url()).pathname === "/enter");
    const known = server.ways.length;
    await new Promise(done => setTimeout(done, 3100));
    await page.click(".again button");
    await page.waitForSelector(".said");
    assert.equal(server.ways.length, known + 1);
    await page.goto(server.way());
    await page.waitForURL(url => new URL(url).pathname !== "/enter");
    const cookie = (await planted.cookies()).find(cookie => cookie.name === "__Host-habeas");
    attempt("the planted value lives on", cookie !== undefined && cookie.value !== "0".repeat(64));
    attempt("a script reads the session", !(await page.evaluate(() => document.cookie)).includes("habeas"));
    attempt("the session goes elsewhere", cookie.sameSite === "Strict" && cookie.httpOnly && cookie.domain === hostname);
    await planted.close();
  });

  test("hostile names of files lead nowhere", async () => {
    const page = await context.newPage();
    for (const name of ["../../../etc/passwd", "..\\..\\x.csv", "a\u0000b.csv", "con.csv", "%2e%2e%2fx.csv", `${"x".repeat(300)}.csv`]) {
      await page.goto(`${server.base}/sources/new`);
      await page.setInputFiles("#files", { name, mimeType: "text/csv", buffer: Buffer.from(`Name\nMila ${name.length}\n`) }).catch(() => {});
      await page.click("text=Look at them");
      await page.waitForSelector("h1");
      const title = await page.locator("h1").textContent();
      attempt(`the name ${JSON.stringify(name.slice(0, 20))}`, !/[\/\\\u0000]/.test(title) && title.length <= 121);
    }
    for (const target of ["/a/../Cargo.toml", "/a/%2e%2e/%2e%2e/etc/passwd", "/stats/file/..%2f..%2fetc%2fpasswd", "/sources/..%2f..%2fetc"]) {
      const answer = await page.goto(server.base + target);
      attempt(`path ${target}`, [400, 404].includes(answer.status()));
    }
    await page.close();
  });

  test("another site reads nothing: pages, parts, files, styles as scripts", async () => {
    const page = await context.newPage();
    await page.goto(foreignBase);
    for (const target of ["/", "/cases", "/review", "/stats/file/tables.csv", "/stats/map/places.svg", "/earlier", "/sources", "/team", "/a/app.css"]) {
      const read = await page.evaluate(url => fetch(url, { credentials: "include" }).then(answer => answer.text(), () => null), server.base + target);
      attempt(`read ${target}`, read === null);
    }
    for (const tag of ["script", "img", "iframe", "link"]) {
      const loaded = await page.evaluate(([tag, url]) => new Promise(done => {
        const element = document.createElement(tag);
        element.rel = "stylesheet";
        element[tag === "link" ? "href" : "src"] = url;
        element.onload = () => done(tag === "iframe" ? (() => { try { return element.contentDocument?.body?.textContent?.length > 0; } catch { return false; } })() : true);
        element.onerror = () => done(false);
        document.body.append(element);
        setTimeout(() => done(false), 1500);
      }), [tag, `${server.base}/stats`]);
      attempt(`<${tag}> shows or runs a page of ours`, loaded === false);
    }
    await page.close();
  });
});
