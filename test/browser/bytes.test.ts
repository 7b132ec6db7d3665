/** How much a browser must load: a budget for the page, and nothing from elsewhere. */

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWeb } from "../../scripts/build-web.ts";

const SCRIPT_BYTES_MAX = 160 * 1024;
const STYLE_BYTES_MAX = 12 * 1024;
/** What a page in Latin script loads: two fonts. */
const FONT_BYTES_MAX = 110 * 1024;

let web: string;

beforeAll(async () => {
  web = await mkdtemp(join(tmpdir(), "millrace-web-"));
  await buildWeb(web);
});

afterAll(async () => {
  await rm(web, { recursive: true, force: true });
});

async function gzippedBytes(ending: string): Promise<number> {
  const names = (await readdir(join(web, "assets"))).filter((name) => name.endsWith(ending));
  expect(names).not.toEqual([]);
  const sizes = names.map(
    async (name) => gzipSync(await readFile(join(web, "assets", name))).length,
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

test("scripts and styles stay within their budgets", async () => {
  expect(await gzippedBytes(".js")).toBeLessThanOrEqual(SCRIPT_BYTES_MAX);
  expect(await gzippedBytes(".css")).toBeLessThanOrEqual(STYLE_BYTES_MAX);
});

test("the fonts of the Latin alphabet stay within theirs", async () => {
  const names = await readdir(join(web, "assets"));
  const latin = names.filter((name) => name.includes("-latin-wght-"));
  const sizes = await Promise.all(latin.map((name) => readFile(join(web, "assets", name))));
  expect(latin).toHaveLength(2);
  expect(sizes.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(FONT_BYTES_MAX);
});

test("the page names only files that are there, and no script stands in it", async () => {
  const page = await readFile(join(web, "index.html"), "utf8");
  const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
    ([, name]) => name ?? "",
  );
  expect(named).toHaveLength(5);
  for (const name of named) {
    expect(name).toMatch(/-[A-Z0-9]{8}\.\w+$/);
    expect((await readFile(join(web, name))).length).toBeGreaterThan(0);
  }
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
});

test("the licences of everything in the page travel with it", async () => {
  const text = await readFile(join(web, "assets", "licences.txt"), "utf8");
  for (const word of ["preact", "uplot", "tradingview.com", "MIT", "Apache License", "Open Font"]) {
    expect(text.toLowerCase()).toContain(word.toLowerCase());
  }
});
