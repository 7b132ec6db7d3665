/** The whole pipeline with its lake on S3, under kill -9 and an S3 in trouble: nothing is lost, nothing is twice. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { marketsFor, openGenerator } from "../../examples/food-market/generator.ts";
import { RunningPipeline, type Said } from "../journey/running.ts";
import { PRICES_SQL, Truth } from "../journey/truth.ts";
import { remotePlace } from "../s3/place.ts";
import { type S3Server, startS3Server } from "../s3/server.ts";

const ROWS = 1200;
const BATCH = 40;
const SEED = Number(process.env["MILLRACE_TEST_SEED"] ?? Date.now() % 1_000_000_007);
const made = openGenerator({ markets: marketsFor(ROWS), seed: BigInt(SEED) });

let server: S3Server;
let running: RunningPipeline;

beforeAll(async () => {
  server = await startS3Server();
  // A new process has these from its parent, as it would have a user's.
  remotePlace(server.url, "", "");
  process.env["AWS_ENDPOINT_URL_S3"] = server.url;
});

afterAll(async () => {
  delete process.env["AWS_ENDPOINT_URL_S3"];
  await server[Symbol.asyncDispose]();
});

beforeEach(() => {
  running = new RunningPipeline("examples/food-market");
});

afterEach(() => running[Symbol.asyncDispose]());

async function post(from: number): Promise<string> {
  const { status, body } = await running.post(
    "/v1/streams/prices/events",
    made.ndjson(from, from + BATCH),
  );
  expect(status).toBe(202);
  return (body as { records: { id: string }[] }).records[0]?.id ?? "";
}

it(`balances through kills and troubles (MILLRACE_TEST_SEED=${SEED})`, async () => {
  const lake = `s3://lake/${SEED}/journey`;
  let id = "";
  for (let from = 0; from < ROWS; from += BATCH) {
    if (from % (ROWS / 3) === 0) {
      await running.kill();
      // Said once; the data folder remembers it.
      await running.start("--no-sources", ...(from === 0 ? ["--lake", lake] : []));
      server.trouble(/PUT .*(csv|_manifests)/, { kind: "status", status: 503, code: "SlowDown" });
      server.trouble(/PUT .*(csv|_manifests)/, { kind: "lost answer" });
      server.trouble(/GET .*csv/, { kind: "broken body" });
      server.trouble(/PUT .*(csv|_manifests)/, {
        kind: "status",
        status: 403,
        code: "AccessDenied",
      });
    }
    id = await post(from);
  }
  await running.drain();
  const truth = new Truth().take(Array.from({ length: ROWS }, (_, index) => made.row(index)));
  expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);
  expect(await running.rows("select count(*) as n from raw_prices")).toEqual([{ n: ROWS }]);
  expect((await running.cliAlongside("verify", "--deep")).out).toContain("BALANCED");
  expect((await running.cliAlongside("where", id)).out).toContain("raw_prices");
  expect((await running.status()).places?.lake).toBe(lake);
  // Everything is there and nowhere else, and the copies that were lent are gone.
  expect([...server.objects.keys()].every((key) => key.startsWith(`${SEED}/journey/`))).toBe(true);
  expect(readdirSync(running.data)).not.toContain("lake");
  // The books that close by themselves may hold one for a moment.
  const lent = (): string[] => readdirSync(join(running.data, "fetched"));
  await expect.poll(lent, { timeout: 20_000 }).toEqual([]);
});

it("answers without a running pipeline, rebuilds, and mends what was lost", async () => {
  const lake = `s3://lake/${SEED}/offline?endpoint=${server.url}`;
  await running.start("--no-sources", "--lake", lake);
  await post(0);
  await running.drain();
  await running.stop();
  const alone = (...args: string[]): Promise<Said> =>
    running.aloneAlongside(...args, "--data", running.data);
  expect((await alone("verify", "--deep")).out).toContain("BALANCED");
  expect(await alone("rebuild", "--verify")).toMatchObject({ code: 0 });
  const gone = [...server.objects.keys()].find((key) => /offline\/prices\/.*csv/.test(key));
  (server.objects as Map<string, Buffer>).delete(gone ?? "");
  expect((await alone("verify")).out).toContain("is gone");
  const replayed = await alone("replay", "prices");
  expect(replayed.out).toContain("1 object(s) made again");
  expect((await alone("verify", "--deep")).out).toContain("BALANCED");
});

it("refuses another lake than it has, a lake that is another's, and what is no address", async () => {
  const lake = `s3://lake/${SEED}/mine`;
  await running.start("--no-sources", "--lake", lake);
  await running.stop();
  const start = async (data: string, ...more: string[]): Promise<string> => {
    const at = ["--data", data, "--port", "0"];
    return (await running.aloneAlongside("start", running.pipeline, ...at, ...more)).err;
  };
  expect(await start(running.data, "--lake", "s3://lake/other")).toContain(
    `is ${lake}, not s3://lake/other`,
  );
  const other = join(running.folder, "other");
  expect(await start(other, "--lake", lake)).toContain("belongs to another data folder");
  expect(await start(other, "--lake", "s3://UPPER")).toContain("no bucket's name");
  expect(await start(other, "--lake", "gs://bucket/x")).toContain("it can only be s3://");
  server.trouble(/list-type/, { kind: "status", status: 403, code: "InvalidAccessKeyId" });
  expect(await start(other, "--lake", "s3://lake/new")).toContain("InvalidAccessKeyId");
});
