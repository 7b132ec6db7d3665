/** The conformance page is made from the list and the results, and every test it rests on is there. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { conformancePage, promises, readResults } from "../../scripts/conformance.ts";
import { CONFORMANCE } from "../../src/deploy/conformance/rows.ts";

const root = join(import.meta.dirname, "../..");

it("docs/reference/conformance.md is made from the list and the results", () => {
  // When this fails: node scripts/conformance.ts
  const page = readFileSync(join(root, "docs/reference/conformance.md"), "utf8");
  expect(page).toBe(conformancePage(readResults()));
});

it("every promise rests on tests that are there, or says that it is untested", () => {
  const all = promises();
  expect(all.filter(({ target }) => target === "embedded").length).toBeGreaterThan(15);
  const missing = all.flatMap(({ tests }) => tests.filter((test) => !existsSync(join(root, test))));
  expect(missing).toEqual([]);
  const bare = all.filter(({ proof, tests }) => (proof === "untested") !== (tests.length === 0));
  expect(bare).toEqual([]);
  expect(new Set(CONFORMANCE.map(({ id }) => id)).size).toBe(CONFORMANCE.length);
});

it("a result that failed, or none, is no proof", () => {
  const [first] = promises();
  const named = Object.fromEntries(
    (first?.tests ?? []).map((test) => [test, { passed: 3, failed: 0, on: "2026-01-02" }]),
  );
  const line = (results: Parameters<typeof conformancePage>[0]): string =>
    conformancePage(results)
      .split("\n")
      .find((one) => one.includes(first?.promise ?? "")) ?? "";
  expect(line(named)).toContain("| proven here | 2026-01-02 |");
  const [test = ""] = Object.keys(named);
  expect(line({ ...named, [test]: { passed: 2, failed: 1, on: "2026-01-02" } })).toContain(
    "FAILED",
  );
  expect(line({ ...named, [test]: undefined } as never)).toContain("not run");
});
