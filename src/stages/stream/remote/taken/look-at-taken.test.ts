/** What the books are told of a stream on Kinesis: counts, what the logs lack, and what nobody can know. */

import { expect, it } from "vitest";
import { systemClock } from "../../../../base/clock.ts";
import type { Position } from "../../../../seams/consume.ts";
import { toBatch } from "../../../../testing/conformance/append.ts";
import { openMemoryLog } from "../../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../../testing/memory/consume.ts";
import { openRemoteAppender } from "../appender.ts";
import { FakeKinesis } from "../kinesis.fixture.ts";
import { type Marks, openMarks } from "../marks.ts";
import { originText } from "../place.ts";
import type { SourceTruth } from "../../../../seams/taken.ts";
import { lookAtTaken } from "./look-at-taken.ts";

const SHARD = "shardId-000000000000";
const ENDS = { events: "" as Position, letters: "" as Position };

interface Here {
  readonly sequences: readonly string[];
  readonly marks: Marks;
  /** Keeps record number `n`; the third as a letter. */
  keep(n: number): Promise<void>;
  look(again?: boolean): Promise<SourceTruth>;
}

async function open(): Promise<Here> {
  const remote = new FakeKinesis(1).open("prices");
  const appender = openRemoteAppender({ remote, clock: systemClock, sleep: async () => {} });
  const sequences: string[] = [];
  for (const text of ["a", "b", "c"]) {
    const { names = [] } = await appender.append(toBatch([text], { hashes: [1] }));
    sequences.push(...names);
  }
  const [events, letters] = [openMemoryLog({ shards: 1 }), openMemoryLog({ shards: 1 })];
  const marks = openMarks(":memory:");
  const openEvents = async () => openMemoryReader(events);
  const openLetters = async () => openMemoryReader(letters);
  return {
    sequences,
    marks,
    async keep(n) {
      const origin = originText({ stream: "prices", shard: 0, name: sequences[n] ?? "" });
      const log = n === 2 ? letters : events;
      await log.append(toBatch(["x"], { keys: [origin], hashes: [0] }));
    },
    look: (again = true) => lookAtTaken({ remote, marks, openEvents, openLetters, again }),
  };
}

async function took({ marks, sequences }: Here): Promise<void> {
  const [first = "", , last = ""] = sequences;
  const before = { events: await startOf(), letters: await startOf() };
  const counts = { records: 1, events: 1, letters: 0 };
  const one = { shard: SHARD, from: undefined, to: first, ...counts, before };
  marks.write("prices", { shard: SHARD, to: first, ends: ENDS, taken: one });
  const rest = { shard: SHARD, from: first, to: last, records: 2, events: 1, letters: 1, before };
  marks.write("prices", { shard: SHARD, to: last, ends: ENDS, taken: rest });
}

async function startOf(): Promise<Position> {
  return await openMemoryReader(openMemoryLog({ shards: 1 })).oldest();
}

it("adds up what was taken without a gap, and finds the newest of it in the logs", async () => {
  const here = await open();
  await took(here);
  for (const n of [0, 1, 2]) {
    await here.keep(n);
  }
  const run = { shard: SHARD, from: undefined, to: here.sequences[2], records: 3, events: 2 };
  expect(await here.look()).toEqual({
    runs: [{ ...run, letters: 1 }],
    again: [{ shard: SHARD, records: 2, missing: [] }],
    unknown: [],
  });
  expect((await here.look(false)).again).toEqual([]);
});

it("names what Kinesis has and neither log", async () => {
  const here = await open();
  await took(here);
  await here.keep(2);
  expect((await here.look()).again).toEqual([
    { shard: SHARD, records: 2, missing: [here.sequences[1]] },
  ]);
});

it("says of a claim that Kinesis had forgotten that nobody knows what was in it", async () => {
  const here = await open();
  here.marks.lose("prices", { shard: SHARD, from: "5", to: "9" });
  const { unknown } = await here.look();
  expect(unknown).toHaveLength(1);
  expect(unknown[0]).toMatch(/behind 5 up to 9 was gone from Kinesis/);
});

it("says so when Kinesis cannot be asked", async () => {
  const here = await open();
  await took(here);
  await here.keep(1);
  const gone = { shard: "shardId-000000000007", from: undefined, to: "1" };
  const counts = { records: 1, events: 1, letters: 0 };
  const taken = { ...gone, ...counts, before: ENDS };
  here.marks.write("prices", { shard: gone.shard, to: "1", ends: ENDS, taken });
  expect((await here.look()).unknown[0]).toContain("shardId-000000000007 could not be read again");
});
