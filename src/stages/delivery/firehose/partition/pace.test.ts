/** Partitions of different pace: each is delivered when it is full or old itself, and a crash in between changes nothing. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openMemoryLog } from "../../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../../testing/memory/consume.ts";
import { openMemoryStore } from "../../../../testing/memory/store.ts";
import type { ObjectName } from "../../../../base/object-name.ts";
import type { Position, StreamReader } from "../../../../seams/consume.ts";
import { asking, ERRORS, processing, Workbench } from "../run/run.fixture.ts";

let bench: Workbench;
let steps: string[];
beforeEach(() => {
  steps = [];
  bench = new Workbench((clock) => {
    const log = openMemoryLog({ clock, shards: 1 });
    return { log, reader: () => impatient(openMemoryReader(log)), store: openMemoryStore() };
  });
});
afterEach(() => bench[Symbol.asyncDispose]());

/** Looks at the held clock often, so that nobody waits for a real second. */
function impatient(reader: StreamReader): StreamReader {
  return {
    oldest: () => reader.oldest(),
    newest: () => reader.newest(),
    read: (from, bytesMax) => reader.read(from, bytesMax),
    wait: (position, ms, signal) => reader.wait(position, Math.min(ms, 10), signal),
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}

const GIVEN = {
  DynamicPartitioningConfiguration: { Enabled: true },
  BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
  Prefix: "!{partitionKeyFromQuery:p}/",
  ...ERRORS,
  ...processing([
    "MetadataExtraction",
    { MetadataExtractionQuery: "{p: .p}", JsonParsingEngine: "JQ-1.6" },
  ]),
};

function onStep(step: string): void {
  steps.push(step);
}

function begin(given = {}): void {
  bench.begin({ ...GIVEN, ...given }, { onStep });
}

function record(p: string | number, fill = ""): string {
  return `{"p":"${p}","fill":"${fill}"}`;
}

/** Puts records, and resolves when they wait in their partitions. */
async function take(...records: string[]): Promise<void> {
  const before = steps.filter((step) => step === "taken").length;
  await bench.put(...records);
  bench.now += 1000;
  await bench.until(() => steps.filter((step) => step === "taken").length > before);
}

/** Resolves when so many intakes were taken. */
function taken(times: number): Promise<void> {
  return bench.until(() => steps.filter((step) => step === "taken").length === times);
}

/** A function that answers with how many records it was given. */
function addCounting(): string {
  return bench.addFunction(
    "counts",
    `export const handler = async ({ records }) => ({ records: records.map(({ recordId }) => (
      { recordId, result: "Ok", data: Buffer.from(records.length + ";").toString("base64") })) });`,
  );
}

async function sizes(p: string): Promise<number[]> {
  return (await bench.objects(`${p}/`)).map(({ bytes }) => bytes.toString().split("}").length - 1);
}

describe("partitions of different pace", () => {
  it("an old one is delivered alone, and the other waits for its own age", async () => {
    begin();
    await take(record("slow"));
    bench.now += 40_000;
    await take(record("late"));
    bench.now += 18_000; // The slow one's minute is over; the late one has two thirds of its own to go.
    await bench.cut(1);
    expect([await sizes("slow"), await sizes("late")]).toEqual([[1], []]);
    await take(record("late"), record("slow"));
    bench.now += 40_000;
    await bench.cut(3);
    expect([await sizes("slow"), await sizes("late")]).toEqual([[1], [2]]);
    bench.now += 20_000;
    await bench.cut(4);
    expect([await sizes("slow"), await sizes("late")]).toEqual([[1, 1], [2]]);
  });

  it("one is cut at its own size, again and again, while others wait", async () => {
    begin();
    const fill = "x".repeat(300_000);
    await take(record("slow"), ...Array.from({ length: 5 }, () => record("quick", fill)));
    await bench.cut(4);
    await take(record("slow"), ...Array.from({ length: 4 }, () => record("quick", fill)));
    await bench.cut(8);
    expect([await sizes("slow"), await sizes("quick")]).toEqual([[], [4, 4]]);
    bench.now += 60_000;
    await bench.cut(11);
    expect([await sizes("slow"), await sizes("quick")]).toEqual([[2], [4, 4, 1]]);
  });

  it("the 501st is refused for as long as 500 wait, and taken when they are delivered", async () => {
    begin();
    await take(...Array.from({ length: 500 }, (_none, n) => record(n)));
    await take(record("more"), record(7));
    bench.now += 60_000;
    await bench.cut(502);
    expect([await sizes("more"), await sizes("7")]).toEqual([[], [2]]);
    expect(await bench.failures("bad/activePartitionExceeded/")).toEqual([
      expect.objectContaining({
        errorCode: "DynamicPartitioning.ActivePartitionLimitExceeded",
        rawData: Buffer.from(record("more")).toString("base64"),
      }),
    ]);
    await take(record("more"));
    bench.now += 60_000;
    await bench.cut(503);
    expect(await sizes("more")).toEqual([1]);
  });

  it("errors and copies wait for their own age, and a copy is not counted twice", async () => {
    const S3BackupConfiguration = { RoleARN: "", BucketARN: "", Prefix: "source/" };
    begin({ S3BackupMode: "Enabled", S3BackupConfiguration });
    const fill = "x".repeat(600_000);
    await take("no JSON", record("quick", fill));
    await take(record("quick", fill));
    await bench.cut(2);
    bench.now += 60_000;
    await bench.cut(3);
    expect(Object.values(await bench.texts("source/"))).toEqual([
      ["no JSON", record("quick", fill), record("quick", fill)].join(""),
    ]);
    expect(await bench.failures("bad/processing-failed/")).toHaveLength(1);
    expect(bench.run?.progress().records).toBe(3);
  });
});

describe("a function", () => {
  it("is asked at its own interval and size, and its answers wait for the object's", async () => {
    const hints = { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 300 } };
    const own = { BufferIntervalInSeconds: "30", BufferSizeInMBs: "0.2" };
    const given = { ...hints, ...asking(addCounting(), own) };
    bench.begin(given, { onStep });
    await bench.put("a");
    bench.now += 20_000;
    await bench.put("b");
    bench.now += 10_000;
    await taken(1);
    await bench.put("x".repeat(150_000), "y".repeat(150_000), "c");
    await taken(2);
    bench.now += 10_000;
    await bench.put("d");
    bench.now += 30_000;
    await taken(3);
    expect(await bench.texts()).toEqual({});
    bench.now += 230_000;
    await bench.cut(6);
    expect(Object.values(await bench.texts())).toEqual(["2;2;2;2;2;2;"]);
  });

  it("that is taken out of the configuration leaves what it answered", async () => {
    const hints = { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 } };
    bench.begin({ ...hints, ...asking(addCounting()) }, { onStep });
    await bench.put("a");
    await taken(1);
    await bench.end();
    bench.begin(hints, { onStep });
    await bench.put("b");
    bench.now += 1000;
    await taken(2);
    bench.now += 60_000;
    await bench.cut(2);
    expect(Object.values(await bench.texts())).toEqual(["1;b"]);
  });
});

describe("a crash", () => {
  it.each(["taken", "planned", "stored", "finished"] as const)(
    "behind %s loses nothing, doubles nothing, and keeps the names",
    async (fatal) => {
      let died = false;
      bench.begin(GIVEN, {
        onStep: (step) => {
          if (step === fatal) {
            died = true;
            throw new TypeError("killed");
          }
        },
        sleep: () => new Promise(() => {}),
      });
      await bench.put(record("a"), record("b"), "no JSON");
      bench.now += fatal === "taken" ? 1000 : 60_000;
      await bench.until(() => died);
      const before = Object.keys(await bench.texts());
      // This life never gets further: its wait does not end. The next one is another object over the same journal.
      bench.run = undefined;
      begin();
      await take(record("a"));
      bench.now += 60_000;
      await bench.cut(fatal === "finished" ? 1 : 4);
      const after = await bench.texts();
      const texts = (p: string): string =>
        Object.entries(after)
          .filter(([name]) => name.startsWith(p))
          .map(([, text]) => text)
          .join("");
      expect([texts("a/"), texts("b/")]).toEqual([record("a") + record("a"), record("b")]);
      expect(await bench.failures("bad/")).toHaveLength(1);
      expect(Object.keys(after)).toEqual(expect.arrayContaining(before));
    },
  );

  it("goes on from a cut of all partitions together, whose objects are taken away", async () => {
    await bench.put(record("a"));
    const name = "a/hose-3-old" as ObjectName;
    await bench.store.put(name, [Buffer.from(record("a"))]);
    const from = { position: "unused" as Position, index: 0 };
    bench.journal.plan("id", { from, to: from, objects: [{ name, sha256: "" }] });
    begin();
    bench.now += 60_000;
    await bench.cut(1);
    expect(Object.values(await bench.texts())).toEqual([record("a")]);
    expect(bench.journal.planned("id")).toBeUndefined();
  });

  it("leaves partitions the age that they had, and a changed prefix has its own folder", async () => {
    begin();
    await take(record("a"));
    await bench.end();
    begin({ Prefix: "new/!{partitionKeyFromQuery:p}/" });
    await take(record("a"));
    bench.now += 58_000;
    await bench.cut(2);
    expect(Object.values(await bench.texts())).toEqual([record("a") + record("a")]);
    expect(await sizes("new/a")).toEqual([2]);
  });

  it("forgets what waits with its delivery stream", async () => {
    begin();
    await take(record("a"));
    await bench.end();
    bench.journal.forget("id");
    expect(bench.journal.spool.waiting("id")).toEqual([]);
  });
});
