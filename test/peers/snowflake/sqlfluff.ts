/** What sqlfluff's Snowflake dialect, which others wrote, cannot parse of some statements. */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PEER_PATHS } from "../catalogue.ts";

/** Its complaints, or nothing. */
export function judgeStatements(folder: string, statements: readonly string[]): string {
  const path = join(folder, "statements.sql");
  writeFileSync(path, `${[...new Set(statements)].join(";\n\n")};\n`);
  const args = ["parse", "--dialect", "snowflake", path];
  const { stdout, stderr } = spawnSync(PEER_PATHS.pythonBin("sqlfluff"), args, {
    maxBuffer: 2 ** 28,
  });
  const lines = `${stdout.toString()}\n${stderr.toString()}`.split("\n");
  return lines.filter((line) => /unparsable|PRS/.test(line)).join("\n");
}
