/** Every fact of AWS that the page tells has its case, in the file and by the name that stand beside it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/reference/aws-facts.md"), "utf8");
const ROW = /^\| .+? \| `([^`]+)` \| (.+) \|$/;

const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| Fact"))
  .map((line) => {
    const [, file, name] = ROW.exec(line) ?? [];
    return { line, file, name };
  });

test("each row is a fact, a file and a case in it", () => {
  expect(rows.length).toBeGreaterThan(80);
  const wrong = rows.filter(({ file, name }) => {
    return (
      file === undefined ||
      name === undefined ||
      !readFileSync(join(root, file), "utf8").includes(name)
    );
  });
  expect(wrong.map(({ line }) => line)).toEqual([]);
});

test("no case stands for two facts", () => {
  const named = new Set(rows.map(({ name }) => name));
  expect(named.size).toBe(rows.length);
});
