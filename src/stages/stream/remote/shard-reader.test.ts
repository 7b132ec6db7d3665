/** A claim whose records Kinesis has forgotten holds nothing up, and is not passed over in silence. */

import { expect, it } from "vitest";
import { systemClock, toInstant } from "../../../base/clock.ts";
import { toBatch } from "../../../testing/conformance/append.ts";
import { openMemoryLog } from "../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../testing/memory/consume.ts";
import { openRemoteAppender } from "./appender.ts";
import { Intake } from "./intake.ts";
import { FakeKinesis } from "./kinesis.fixture.ts";
import { LeaseBook } from "./lease-book.ts";
import { openMarks } from "./marks.ts";
import { finishClaim } from "./shard-reader.ts";

const SHARD = "shardId-000000000000";

it("is written down as lost, for the books, and the claim is done with", async () => {
  const remote = new FakeKinesis(1).open("prices");
  const appender = openRemoteAppender({ remote, clock: systemClock, sleep: async () => {} });
  await appender.append(toBatch(["what is still there"], { hashes: [1] }));
  // An earlier life claimed what is older than that.
  const lease = { until: 0, claimed: "5", claims: { me: { from: "3", to: "5" } }, ended: false };
  const registry = {
    read: async () => ({ version: 1, text: JSON.stringify(lease) }),
    names: async () => [],
    write: async () => true,
  };
  const clock = { now: () => toInstant(1000) };
  const book = new LeaseBook({ registry, stream: "prices", me: "me", clock, leaseMs: 1000 });
  await book.look([SHARD]);
  const marks = openMarks(":memory:");
  const [events, letters] = [openMemoryLog({ shards: 1 }), openMemoryLog({ shards: 1 })];
  const intake = new Intake({
    stream: "prices",
    marks,
    keep: async () => ({ events: 0, letters: 0 }),
    openEvents: async () => openMemoryReader(events),
    openLetters: async () => openMemoryReader(letters),
  });
  await intake.begin();
  const told: string[] = [];
  const { signal } = new AbortController();
  const waits = { pollMs: 1, renewMs: 1000, signal, now: () => 0, sleep: async () => {} };
  const about = { remote, book, intake, marks, shard: SHARD, reached: () => {} };
  await finishClaim({ ...about, ...waits, log: (line) => void told.push(line) });
  expect(marks.lost("prices")).toEqual([{ shard: SHARD, from: "3", to: "5" }]);
  expect(marks.read("prices", SHARD)).toBe("5");
  expect(told.join("")).toContain("prices");
});
