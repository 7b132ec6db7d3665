/**
 * `npm test`: types, lint, format, dead code, then every test that needs nothing but npm; ends with 'N passed, N failed'.
 * Two lanes run side by side, since much of the time of either is waiting; each takes the next suite when it is through
 * with one, so that neither ends long before the other. Arguments go to vitest, which then runs alone:
 * `npm test -- test/journey`.
 */

import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");
/** Reports stay until the next run, for `scripts/conformance.ts`; `npm ci` makes them go away. */
const results = join(root, "node_modules", ".results");
mkdirSync(results, { recursive: true });

const CHECKS: readonly (readonly [name: string, ...command: string[]])[] = [
  ["types", "npm", "run", "--silent", "typecheck"],
  ["lint", "npm", "run", "--silent", "lint"],
  ["format", "npm", "run", "--silent", "format:check"],
  ["dead code", "npm", "run", "--silent", "knip"],
];

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Runs a command; each line it prints comes out whole, with `mark` before it. Resolves to its exit code. */
async function run(command: readonly string[], mark: string): Promise<number> {
  const [name = "", ...args] = command;
  const child = spawn(name, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  for (const out of [child.stdout, child.stderr]) {
    createInterface({ input: out }).on("line", (line) => process.stdout.write(`${mark}${line}\n`));
  }
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

async function check([name, ...command]: (typeof CHECKS)[number], mark: string): Promise<Counts> {
  const began = Date.now();
  const code = await run(command, mark);
  const says = code === 0 ? "ok" : "FAILED";
  process.stdout.write(`${mark}${says.padEnd(6)} ${name} (${Date.now() - began} ms)\n`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function test(args: readonly string[], mark: string): Promise<Counts> {
  const report = join(results, `${args.join(" ").replaceAll(/\W+/g, "-").slice(0, 80)}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  rmSync(report, { force: true });
  const code = await run(["npx", "vitest", "run", ...args, ...reporters], mark);
  try {
    const counts = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
    const { numPassedTests: passed = 0, numFailedTests: failed = 0 } = counts;
    // A file that cannot even be read has no failed test, but has failed.
    return { passed, failed: failed + (code !== 0 && failed === 0 ? 1 : 0) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

type Suite = (mark: string) => Promise<readonly Counts[]>;

async function checks(mark: string): Promise<readonly Counts[]> {
  const counts: Counts[] = [];
  for (const one of CHECKS) {
    counts.push(await check(one, mark));
  }
  return counts;
}

const vitest =
  (...args: readonly string[]): Suite =>
  async (mark) => [await test(args, mark)];

/** Folders of whole pipelines that take minutes; what is not named here goes together. */
const LONG = ["crash", "journey"];
const APART = new Set([...LONG, "simulate", "peers", "tidy"]);
const others = readdirSync(join(root, "test")).filter((name) => !APART.has(name));

/** The longest first, but for the checks: who made a mistake there wants to know at once. */
const SUITES: readonly Suite[] = [
  checks,
  vitest("--project", "long", "test/crash"),
  ...LONG.map((name) => vitest("--project", "whole", `test/${name}/`)),
  vitest("--project", "long", "test/simulate"),
  vitest("--project", "whole", ...others.map((name) => `test/${name}/`)),
  vitest("--project", "unit"),
];

/** Takes suites from `waiting` until none is left; all of them, whichever fails. */
async function lane(waiting: Suite[], mark: string): Promise<readonly Counts[]> {
  const counts: Counts[] = [];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    counts.push(...(await next(mark)));
  }
  return counts;
}

const given = process.argv.slice(2);
const waiting = given.length > 0 ? [checks, vitest("--project", "!peers", ...given)] : [...SUITES];
const marks = given.length > 0 ? [""] : ["", "      | "];
const lanes = marks.map((mark) => lane(waiting, mark));
const all = (await Promise.all(lanes)).flat();
const sum = (of: (counts: Counts) => number): number =>
  all.reduce((total, one) => total + of(one), 0);
const failed = sum((one) => one.failed);
process.stdout.write(`\n${sum((one) => one.passed)} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
