/** AWS's own producer and consumer libraries, unmodified, move 100,000 records through kills and resharding. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  CreateStreamCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { RunningPipeline } from "../../journey/running.ts";
import { type Peer, PEER_KEYS, startMoto } from "../processes.ts";
import { compileJava, openTls, type Program, startJava } from "./foreign/java.ts";

const RECORDS = 100_000;
/** Slow enough that the kill and the reshard come while records come in. */
const PER_SECOND = 2_500;
const WAIT = { timeout: 200_000, interval: 500 };
const StreamName = "moved";

interface Move {
  readonly how: string;
  readonly shards: number;
  readonly target: number;
  /** Whether the producer packs many records into one. */
  readonly packed: boolean;
}

// What was packed for a shard that is then split holds records of both halves. The producer takes those as
// stored that belong to the half it came to and sends the others again, but the consumer passes over such a
// pack whole: they lose records between them, on AWS as well. Merges are safe.
const MOVES: readonly Move[] = [
  { how: "packed, four shards merged into two", shards: 4, target: 2, packed: true },
  { how: "one by one, two shards split into four", shards: 2, target: 4, packed: false },
];

let scratch: string;
let opened: AsyncDisposableStack;
let running: RunningPipeline;
/** Where the workers keep who has which shard. */
let leases: Peer;
let client: KinesisClient;

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  scratch = mkdtempSync(join(tmpdir(), "millrace-libraries-"));
  opened.defer(() => rmSync(scratch, { recursive: true, force: true }));
  Object.assign(process.env, PEER_KEYS);
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = PEER_KEYS;
  process.env["MILLRACE_AWS_KEYS"] = `${id}:${secret}`;
  opened.defer(() => void delete process.env["MILLRACE_AWS_KEYS"]);
  running = opened.use(new RunningPipeline("test/conformance/kinesis/pipeline"));
  await running.start("--no-sources");
  leases = opened.use(await startMoto());
  client = new KinesisClient({ endpoint: running.url, region: PEER_KEYS.AWS_REGION });
  opened.defer(() => client.destroy());
});

afterEach(async () => {
  await opened.disposeAsync();
});

/** What each worker was given: which records, and by which shards. */
function given(worker: string): { readonly records: Set<string>; readonly shards: Set<string> } {
  const path = join(scratch, worker);
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  const pairs = lines.map((line) => line.split(" "));
  return {
    records: new Set(pairs.map(([, record = ""]) => record)),
    shards: new Set(pairs.map(([shard = ""]) => shard)),
  };
}

test.each(MOVES)("two workers, one killed, one reshard: none lost, $how", async (move) => {
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: move.shards }));
  const java = compileJava(scratch);
  const consume = (worker: string): Program => {
    const places = [running.url, leases.url, join(scratch, worker)];
    const args = [StreamName, "movers", worker, ...places, "fanout"];
    return opened.use(startJava(java, "Consume", args));
  };
  consume("first");
  const second = consume("second");
  const all = (): number => given("first").records.union(given("second").records).size;
  // Workers take half a minute to agree who has what; the producer begins when they have.
  const Data = Buffer.from("before");
  await client.send(new PutRecordCommand({ StreamName, Data, PartitionKey: "before" }));
  await expect.poll(all, WAIT).toBe(1);

  const tls = opened.use(await openTls(scratch, Number(new URL(running.url).port)));
  const put = [StreamName, `${tls.port}`, `${RECORDS}`, `${PER_SECOND}`, `${move.packed}`];
  const producer = opened.use(startJava(java, "Produce", put));
  await expect.poll(all, WAIT).toBeGreaterThan(RECORDS / 10);
  const more = {
    StreamName,
    TargetShardCount: move.target,
    ScalingType: "UNIFORM_SCALING",
  } as const;
  await client.send(new UpdateShardCountCommand(more));
  // With a shard in its hands.
  await expect.poll(() => given("second").records.size, WAIT).toBeGreaterThan(0);
  await second.kill();

  expect(await producer.ended).toBe(0);
  expect(producer.said()).toContain(`stored ${RECORDS}, failed 0`);
  await expect.poll(all, WAIT).toBe(1 + RECORDS);
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  const shards = given("first").shards.union(given("second").shards);
  expect(shards).toEqual(new Set(Shards.map(({ ShardId }) => ShardId)));
});
