/** What the account of a stream from elsewhere says: whole, short, and what cannot be known. */

import { expect, it } from "vitest";
import type { SourceTruth } from "../../seams/taken.ts";
import { closeSource } from "./close-source.ts";

const RUN = { shard: "shardId-000000000000", from: undefined, to: "495" } as const;
const WHOLE: SourceTruth = {
  runs: [{ ...RUN, records: 1200, events: 1300, letters: 1 }],
  again: [{ shard: RUN.shard, records: 40, missing: [] }],
  unknown: [],
};

it("tells what was taken, what became of it, and up to where", () => {
  expect(closeSource("prices", WHOLE)).toEqual({
    state: "BALANCED",
    account: "prices: Kinesis ↔ log",
    says:
      "1,200 record(s) taken = 1,300 event(s) + 1 set aside; 40 read again and found; " +
      "shardId-000000000000 up to 495.",
    expected: 1200,
    found: 1200,
    ids: [],
  });
});

it("is short by what Kinesis has and the log has not", () => {
  const again = [{ shard: RUN.shard, records: 40, missing: ["490", "491"] }];
  const found = closeSource("prices", { ...WHOLE, again });
  expect(found).toMatchObject({ state: "SHORT", expected: 1200, found: 1198 });
  expect(found.ids).toEqual([`${RUN.shard}/490`, `${RUN.shard}/491`]);
  expect(found.says).toContain("2 missing");
});

it("is unverified where nothing can be known, whatever else was found", () => {
  const unknown = ["shardId-000000000000: a claim is gone"];
  expect(closeSource("prices", { ...WHOLE, unknown })).toMatchObject({
    state: "UNVERIFIED",
    says: "shardId-000000000000: a claim is gone.",
  });
});
