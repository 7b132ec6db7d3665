/** Errors of definitions as Node throws them: each is told with its file, line and column. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { errorPlace } from "./error-place.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-place-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The place that a plain Node tells of a file's error. */
function placeIn(name: string, text: string): string | undefined {
  const file = join(folder, name);
  writeFileSync(file, text);
  const told = "import(process.argv[1]).catch((e) => process.stdout.write(e.stack))";
  const { stdout } = spawnSync(process.execPath, ["-e", told, file], { encoding: "utf8" });
  return errorPlace(Object.assign(new TypeError("x"), { stack: stdout }))?.replace(folder, "");
}

test.each([
  ["syntax.mts", 'const a: number = 1;\nexport default { name: "x" streams: {} };\n', ":2:28"],
  ["enum.mts", "const a = 1;\nenum A { B }\nexport default A;\n", ":2:1"],
  ["throws.mts", 'const a = 1;\nthrow new TypeError("boom");\n', ":2:7"],
])("%s", (name, text, place) => {
  expect(placeIn(name, text)).toBe(`/${name}${place}`);
});

test("an error that leads to no file has no place", () => {
  expect(
    placeIn("lost.mts", 'import x from "./nowhere.mts";\nexport default x;\n'),
  ).toBeUndefined();
});
