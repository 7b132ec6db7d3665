/** boto3, which nobody here wrote, drives every operation; a producer by it feeds a pipeline. */

import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { marketsFor, openGenerator } from "../../../examples/food-market/generator.ts";
import { OPERATIONS } from "../../../src/stages/stream/kinesis/operations.ts";
import { CREDENTIALS, scratchFolder, serve, type Served } from "../../conformance/kinesis/serve.ts";
import { RunningPipeline } from "../../journey/running.ts";
import { PRICES_SQL, Truth, type WideRow } from "../../journey/truth.ts";
import { PEER_PATHS } from "../catalogue.ts";

const scratch = scratchFolder();
let served: Served;

beforeAll(async () => {
  served = await serve(scratch.path);
});

afterAll(async () => {
  await served[Symbol.asyncDispose]();
  scratch[Symbol.dispose]();
});

const ENV = {
  ...process.env,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Beside this process, which serves it. */
function run(command: string, args: readonly string[]): Promise<Ran> {
  const child = spawn(command, args, { env: ENV, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

function toSnake(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

test("boto3 drives every operation there is", async () => {
  const script = join(import.meta.dirname, "every_operation.py");
  const { code, out, err } = await run(PEER_PATHS.pythonBin("python"), [script, served.url]);
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out.trim().split("\n")).toEqual(OPERATIONS.map(({ name }) => toSnake(name)).toSorted());
});

test("a producer written for AWS feeds the food-market pipeline, and the prices come out right", async () => {
  const made = openGenerator({ markets: marketsFor(150), seed: 5n });
  const rows = made
    .ndjson(0, 150)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as WideRow);
  const api = createHttpServer((_request, response) => response.end(JSON.stringify(rows)));
  await new Promise<void>((resolve) => {
    api.listen(0, "127.0.0.1", resolve);
  });
  await using running = new RunningPipeline("examples/food-market");
  await running.start("--no-sources", "--aws-anonymous");
  const fetchApi = `http://127.0.0.1:${(api.address() as AddressInfo).port}/fetch_data`;
  const script = join(import.meta.dirname, "original_producer.py");
  const { code, err } = await run(PEER_PATHS.pythonBin("python"), [script, fetchApi, running.url]);
  api.close();
  expect([code, err]).toEqual([0, ""]);
  await running.drain();
  const truth = new Truth();
  for (const row of rows) {
    truth.takeWide(row);
  }
  expect(running.ask("select count(*) from raw_prices")).toBe("150");
  expect(truth.size).toBeGreaterThan(150);
  expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
  expect(running.cli("verify").out).toContain("BALANCED");
});
