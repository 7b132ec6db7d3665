/** A fault that is thrown is given every fact that its message and remedy name: nobody is shown `{what}`. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAULTS, type FaultCode } from "../../src/base/faults.ts";

const root = join(import.meta.dirname, "../..");
const THROWN = /new Fault\(\s*"([A-Z_]+)"(?:\s*\)|,\s*(\{(?:[^{}]|\{[^{}]*\})*\}))/g;

/** Faults with facts that are written out where they are thrown; what is lacking in each. */
function lackingIn(text: string): string[] {
  return [...text.matchAll(THROWN)].flatMap(([, code = "", facts = ""]) => {
    const { message, remedy } = FAULTS[code as FaultCode];
    const wanted = [...`${message} ${remedy}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const lacking = wanted.filter((name) => !new RegExp(`\\b${name}\\b\\s*[:,}]`).test(facts));
    return facts.includes("...") ? [] : lacking.map((name) => `${code} is not given ${name}`);
  });
}

test("every fault that is thrown is given what its words name", () => {
  const files = globSync("src/**/*.ts", { cwd: root }).filter(
    (file) => !/\.(test|fixture)\./.test(file),
  );
  const lacking = files.flatMap((file) => lackingIn(readFileSync(join(root, file), "utf8")));
  expect(lacking).toEqual([]);
  expect(lackingIn('new Fault("EVENT_UNKNOWN", { id })')).toEqual([
    "EVENT_UNKNOWN is not given searched",
  ]);
});
