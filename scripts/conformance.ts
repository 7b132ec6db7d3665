/**
 * `node scripts/conformance.ts REPORT.json…`: takes the results of tests into docs/reference/conformance.json, and writes
 * the page. A report is what vitest's JSON reporter leaves: `npm test` and `npm run test:peers` keep theirs in
 * node_modules/.results. Without reports the page alone is written.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { CONFORMANCE, type Proof } from "../src/deploy/conformance/rows.ts";

const root = join(import.meta.dirname, "..");
const RESULTS = join(root, "docs/reference/conformance.json");
const PAGE = join(root, "docs/reference/conformance.md");

/** What a test file came to, and on which day. */
export interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly on: string;
}

export type Results = Readonly<Record<string, Result>>;

/** A promise with the tests that hold it. */
export interface Promised {
  readonly target: string;
  readonly promise: string;
  readonly proof: Proof;
  readonly tests: readonly string[];
}

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly startTime: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The promises of the embedded form, as their page tells them, then what leaves the machine. */
export function promises(): readonly Promised[] {
  const page = readFileSync(join(root, "docs/concepts/promises.md"), "utf8");
  const embedded = page.split("\n").flatMap((line): Promised[] => {
    const [, promise = "", proved = ""] = line.split("|").map((cell) => cell.trim());
    const tests = [...proved.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, file]) => file ?? "");
    return tests.length === 0 ? [] : [{ target: "embedded", promise, proof: "local", tests }];
  });
  return [...embedded, ...CONFORMANCE];
}

export function readResults(): Results {
  return existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Results) : {};
}

const STATES: Readonly<Record<Proof, string>> = {
  local: "proven here",
  recorded: "recorded answers",
  emulator: "emulator",
  untested: "untested",
};

const HEAD = `# Conformance

Which promise was proved on which target, how, and when. This page is made by \`scripts/conformance.ts\` from
[the list](../../src/deploy/conformance/rows.ts), [the promises](../concepts/promises.md) and the results of \`npm test\` and
\`npm run test:peers\`. \`millrace plan --target aws\` and \`millrace deploy\` name what is untested and relied on.

| State | Means |
|---|---|
| proven here | the part itself, or software that others wrote, ran on one machine and kept the promise |
| recorded answers | held against what the service itself once answered, or against its own model |
| emulator | kept against a stand-in of the service |
| untested | nobody has tried; where it stands beside the others, the service itself was not at hand |
| FAILED, not run | a test of it failed when the results were taken, or was not among them |
`;

export function conformancePage(results: Results): string {
  const groups = Map.groupBy(promises(), ({ target }) => target);
  const sections = [...groups].flatMap(([target, rows]) => [
    "",
    `## ${target}`,
    "",
    "| Promise | State | On | Tests |",
    "|---|---|---|---|",
    ...rows.map((row) => {
      const { state, on } = stateOf(row, results);
      return `| ${row.promise} | ${state} | ${on} | ${row.tests.map((test) => `\`${test}\``).join(", ")} |`;
    }),
  ]);
  return `${[HEAD.trimEnd(), ...sections].join("\n")}\n`;
}

function stateOf({ proof, tests }: Promised, results: Results): { state: string; on: string } {
  if (proof === "untested") {
    return { state: STATES.untested, on: "" };
  }
  const found = tests.map((test) => results[test]);
  const known = found.filter((result) => result !== undefined);
  // The oldest day: since then everything named has passed.
  const on = known.map((result) => result.on).toSorted()[0] ?? "";
  if (known.some(({ failed }) => failed > 0)) {
    return { state: "**FAILED**", on };
  }
  return known.length === found.length
    ? { state: STATES[proof], on }
    : { state: "not run", on: "" };
}

/** Only what a promise names is kept. */
function take(reports: readonly string[], before: Results): Results {
  const wanted = new Set(promises().flatMap(({ tests }) => tests));
  const results = Object.entries(before).filter(([test]) => wanted.has(test));
  const taken = new Map<string, Result>(results);
  for (const file of reports) {
    const report = JSON.parse(readFileSync(file, "utf8")) as Report;
    const on = new Date(report.startTime).toISOString().slice(0, 10);
    for (const { name, status, assertionResults } of report.testResults) {
      const test = relative(root, name);
      if (wanted.has(test)) {
        const passed = assertionResults.filter((one) => one.status === "passed").length;
        // A file in which nothing ran has proved nothing.
        const held = status === "passed" && passed > 0;
        taken.set(test, {
          passed,
          failed: held ? 0 : Math.max(1, assertionResults.length - passed),
          on,
        });
      }
    }
  }
  return Object.fromEntries([...taken].toSorted(([a], [b]) => a.localeCompare(b)));
}

if (import.meta.main) {
  const results = take(process.argv.slice(2), readResults());
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(PAGE, conformancePage(results));
}
