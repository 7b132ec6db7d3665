/** boto3 drives a running pipeline's delivery streams, unconfigured but for the endpoint. */

import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningPipeline } from "../../journey/running.ts";
import { PEER_PATHS } from "../catalogue.ts";
import { PEER_KEYS } from "../processes.ts";

let pipeline: RunningPipeline;

beforeAll(async () => {
  pipeline = new RunningPipeline("test/conformance/firehose/pipeline");
  await pipeline.start("--aws-anonymous");
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const env = { ...process.env, ...PEER_KEYS, AWS_DEFAULT_REGION: "us-east-1", AWS_PAGER: "" };

function run(command: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, { env, encoding: "utf8" });
  expect(`${stderr}${status}`).toBe("0");
  return stdout;
}

function lake(pattern: string): { name: string; bytes: Buffer }[] {
  const cwd = join(pipeline.data, "lake");
  const names = globSync(pattern, { cwd }).toSorted();
  return names.map((name) => ({ name, bytes: readFileSync(join(cwd, name)) }));
}

describe("boto3", () => {
  it("makes, describes, puts, changes, tags, lists and deletes", async () => {
    const script = join(import.meta.dirname, "drive.py");
    expect(run(PEER_PATHS.pythonBin("python"), [script, pipeline.url])).toBe("all is well\n");
    await expect
      .poll(() => lake("boto/**/boto-1-*.gz").length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    const text = lake("boto/**/boto-1-*.gz")
      .map(({ bytes }) => gunzipSync(bytes).toString())
      .join("");
    expect(text.split("\n").filter(Boolean).toSorted()).toEqual(
      Array.from({ length: 11 }, (_none, n) => `row,${n}`).toSorted(),
    );
  });
});
