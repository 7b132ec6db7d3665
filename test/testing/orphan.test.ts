/** A pipeline under test ends with the process that opened it, also where that is killed and can say nothing. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { openTestPipeline } from "../../src/testing/pipeline/index.ts";

const PIPELINE = join(import.meta.dirname, "../journey/identity-pipeline");
const PATIENCE = { timeout: 60_000, interval: 200 };

async function answers(url: string): Promise<boolean> {
  return await fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

test("killed without a word, it leaves no pipeline, and the next one clears its folder away", async () => {
  const temporary = mkdtempSync(join(tmpdir(), "millrace-orphan-"));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 }));
  const env = { ...process.env, TMPDIR: temporary };
  const opener = join(import.meta.dirname, "opener.ts");
  const parent = spawn(process.execPath, [opener, PIPELINE], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
  expect(await answers(url)).toBe(true);
  const folder = readdirSync(temporary).find((name) => name.includes("under-test")) ?? "";
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await expect.poll(() => answers(url), PATIENCE).toBe(false);
  expect(existsSync(join(temporary, folder))).toBe(true);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = temporary;
  onTestFinished(() => {
    process.env["TMPDIR"] = before ?? "/tmp";
  });
  await using next = await openTestPipeline(PIPELINE);
  expect(await answers(next.url)).toBe(true);
  expect(existsSync(join(temporary, folder))).toBe(false);
}, 180_000);
