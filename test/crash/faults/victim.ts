/** A process that does one piece of the lake's upkeep and is killed at a step of it, or lives to its end. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "vitest";

/** Runs `test/crash/<script>`; resolves to what it printed when it was let live to the end, "" when it was killed. */
export async function liveVictim(
  script: string,
  ...given: readonly (string | number)[]
): Promise<string> {
  const args = [join(import.meta.dirname, "..", script), ...given.map(String)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const printed = text(child.stdout);
  const exit = new Promise<number | null>((resolve) => {
    child.on("close", (code) => resolve(code));
  });
  expect([0, null]).toContain(await exit);
  return await printed;
}
