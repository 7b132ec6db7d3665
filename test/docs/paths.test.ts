/** Every path that a page names exists, and every link between pages leads somewhere. */

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const pages = globSync("{*.md,docs/**/*.md,src/**/*.md,examples/**/*.md,bench/*.md}", {
  cwd: root,
});

test.each(pages)("%s", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link ?? "");
  const named = [...text.matchAll(/`((?:src|test|bench|scripts|examples|docs)\/[\w./-]+\.\w+)`/g)];
  const missing = [
    ...links.filter((link) => !existsSync(join(root, dirname(page), link))),
    ...named.map(([, path]) => path ?? "").filter((path) => !existsSync(join(root, path))),
  ];
  expect(missing).toEqual([]);
});

test.each(globSync("src/**/README.md", { cwd: root }))("%s names files of its folder", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  const named = [...text.matchAll(/`([\w./-]+\.tsx?)`/g)].map(([, name]) => name ?? "");
  const folder = join(root, dirname(page));
  const missing = named.filter(
    (name) =>
      ![folder, join(root, "src"), root].some((from) => existsSync(join(from, name))) &&
      globSync(`**/${name}`, { cwd: folder }).length === 0,
  );
  expect(missing).toEqual([]);
});
