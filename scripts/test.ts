/** `npm test`: types, lint, format, then every test that needs nothing but npm; ends with 'N passed, N failed'. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "millrace-test-"));
const report = join(scratch, "report.json");

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["types", "npm", "run", "--silent", "typecheck"],
  ["lint", "npm", "run", "--silent", "lint"],
  ["format", "npm", "run", "--silent", "format:check"],
  ["dead code", "npm", "run", "--silent", "knip"],
];

let passed = 0;
let failed = 0;

for (const [name, command, ...args] of checks) {
  const began = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  const says = status === 0 ? "ok" : "FAILED";
  process.stdout.write(`${says.padEnd(6)} ${name} (${Date.now() - began} ms)\n`);
  if (status === 0) {
    passed += 1;
  } else {
    failed += 1;
  }
}

const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const tests = spawnSync(
  "npx",
  ["vitest", "run", "--project", "!peers", ...reporters, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
  },
);
try {
  const counts = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
  passed += counts["numPassedTests"] ?? 0;
  failed += counts["numFailedTests"] ?? 0;
  // A file that cannot even be read has no failed test, but has failed.
  failed += tests.status !== 0 && counts["numFailedTests"] === 0 ? 1 : 0;
} catch {
  failed += 1;
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
