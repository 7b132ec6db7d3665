/** The pages that are made from code say what the code says. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { referencePages } from "../../scripts/reference.ts";

const folder = join(import.meta.dirname, "../../docs/reference");

test.each([...referencePages()])("docs/reference/%s equals the code", (name, text) => {
  // When this fails: node scripts/reference.ts
  expect(readFileSync(join(folder, name), "utf8")).toBe(text);
});
