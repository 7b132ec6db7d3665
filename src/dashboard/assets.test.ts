/** How the built page's files are served. */

import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebFiles } from "./assets.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-web-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<p>one</p>");
  await writeFile(join(folder, "assets", "app-1.js"), "let x = 1;");
  await writeFile(join(folder, "assets", "inter-1.woff2"), "font");
  await writeFile(join(folder, "assets", "notes.md"), "not for the web");
  await writeFile(join(folder, "secret.js"), "secret");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function get(path: string, headers: Record<string, string> = {}): Request {
  return new Request(`http://millrace.test${path}`, { headers });
}

test("the page may load from its own server only and is asked for anew each time", async () => {
  const page = await new WebFiles(folder).page(get("/"));
  expect(await page.text()).toBe("<p>one</p>");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'self';/);
  expect(page.headers.get("content-security-policy")).not.toContain("unsafe");
});

test("hashed files are kept for ever and packed where that helps", async () => {
  const files = new WebFiles(folder);
  const script = await files.asset(get("/assets/app-1.js", { "accept-encoding": "gzip, br" }));
  expect(script.headers.get("content-encoding")).toBe("gzip");
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(gunzipSync(await script.arrayBuffer()).toString()).toBe("let x = 1;");
  const font = await files.asset(get("/assets/inter-1.woff2", { "accept-encoding": "gzip" }));
  expect(font.headers.get("content-encoding")).toBeNull();
  expect(font.headers.get("content-type")).toBe("font/woff2");
});

test("what the browser has already is not sent again", async () => {
  const files = new WebFiles(folder);
  const first = await files.page(get("/"));
  const again = await files.page(get("/", { "if-none-match": first.headers.get("etag") ?? "" }));
  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
});

test.each(["/assets/nothing.js", "/assets/notes.md", "/assets/..%2fsecret.js", "/secret.js"])(
  "%s is not there",
  async (path) => {
    const files = new WebFiles(folder);
    await expect(files.asset(get(path))).rejects.toMatchObject({ code: "ROUTE_UNKNOWN" });
  },
);

test("a new build is served without a restart", async () => {
  const files = new WebFiles(folder);
  await files.page(get("/"));
  await writeFile(join(folder, "index.html"), "<p>two</p>");
  await utimes(join(folder, "index.html"), new Date(), new Date(Date.now() + 5000));
  expect(await (await files.page(get("/"))).text()).toBe("<p>two</p>");
});

test("a page that was never built says how to come by it, and so do its parts", async () => {
  const web = new WebFiles(join(folder, "absent"));
  for (const answered of [await web.page(get("/")), await web.asset(get("/assets/app.js"))]) {
    expect(answered.status).toBe(503);
    const text = await answered.text();
    expect(text).toContain("npm run prepare");
    expect(text).not.toContain(folder);
  }
});
