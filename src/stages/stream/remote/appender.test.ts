/** Puts over a Kinesis that fails in part: every event is stored, told where, and in its key's order. */

import { describe, expect, it } from "vitest";
import { toInstant } from "../../../base/clock.ts";
import type { RecordBatch } from "../../../seams/append.ts";
import { toBatch } from "../../../testing/conformance/append.ts";
import { openRemoteAppender, type RemoteAppender } from "./appender.ts";
import { FakeKinesis } from "./kinesis.fixture.ts";

let now = 1000;

function open(kinesis: FakeKinesis): RemoteAppender {
  return openRemoteAppender({
    remote: kinesis.open("prices"),
    clock: { now: () => toInstant(now) },
    sleep: async (ms) => {
      now += ms;
    },
  });
}

async function read(kinesis: FakeKinesis, shards: number): Promise<string[]> {
  const stream = kinesis.open("prices");
  const lines: string[] = [];
  for (let shard = 0; shard < shards; shard += 1) {
    let at: string | undefined = await stream.iterator(`shardId-00000000000${shard}`, undefined);
    for (let empty = false; !empty && at !== undefined;) {
      const page = await stream.records(at);
      const { records, next } = page === "expired" ? { records: [], next: undefined } : page;
      lines.push(...records.flatMap(({ data }) => data.toString().split("\n")));
      at = next;
      empty = records.length === 0;
    }
  }
  return lines;
}

describe("an appender over Kinesis", () => {
  it("keeps the order of each key whatever fails, over many calls at once", async () => {
    const kinesis = new FakeKinesis(2);
    let tries = 0;
    kinesis.refuses = () => {
      tries += 1;
      return tries % 3 !== 0;
    };
    await using appender = open(kinesis);
    const hashes = [0, 2 ** 31, 5];
    const calls = Array.from({ length: 60 }, (_, i) =>
      appender.append(toBatch([`${i % 3}:${i}`], { hashes: [hashes[i % 3] ?? 0] })),
    );
    await Promise.all(calls);
    const lines = await read(kinesis, 2);
    expect(lines).toHaveLength(60);
    for (const key of [0, 1, 2]) {
      const mine = lines.filter((line) => line.startsWith(`${key}:`));
      expect(mine).toEqual(Array.from({ length: 20 }, (_, i) => `${key}:${i * 3 + key}`));
    }
  });

  it("tells each event's shard and number, of lines of one record too", async () => {
    await using appender = open(new FakeKinesis(2));
    const batch = toBatch(["a", "b", "c"], { hashes: [0, 2 ** 31, 0] });
    const { shards, names } = await appender.append(batch);
    expect([...shards]).toEqual([0, 1, 0]);
    expect(names?.[2]).toBe(`${names?.[0]}-1`);
    expect(names?.[1]).toMatch(/^\d{21}$/);
  });

  it("tells its callers when Kinesis refuses for too long, and goes on afterwards", async () => {
    const kinesis = new FakeKinesis(1);
    kinesis.refuses = () => true;
    await using appender = open(kinesis);
    const refused = appender.append(toBatch(["a", "b"]));
    await expect(refused).rejects.toMatchObject({ code: "STREAM_UNREACHABLE", retry: true });
    await expect(refused).rejects.toThrow("ProvisionedThroughputExceededException");
    kinesis.refuses = () => false;
    await appender.append(toBatch(["c"]));
    expect(await read(kinesis, 1)).toEqual(["c"]);
  });

  it("says that it is busy before it holds too much", async () => {
    const kinesis = new FakeKinesis(1);
    await using appender = open(kinesis);
    const large = toBatch([Buffer.alloc(20_000_000)]);
    const first = appender.append(large);
    await expect(appender.append(large)).rejects.toMatchObject({ code: "STREAM_BUSY" });
    await first;
    await appender.append(large);
  });

  it("copies what it is given", async () => {
    const kinesis = new FakeKinesis(1);
    await using appender = open(kinesis);
    const batch: RecordBatch = toBatch(["before"]);
    const appended = appender.append(batch);
    batch.bytes.fill("x");
    await appended;
    expect(await read(kinesis, 1)).toEqual(["before"]);
  });
});
