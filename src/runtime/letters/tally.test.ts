/** What a redrive would do, counted, with a few examples. */

import { expect, test } from "vitest";
import type { Reason } from "../../base/dead-letter.ts";
import type { Judgement } from "./judge.ts";
import type { PickedLetter } from "./pick.ts";
import { Tally } from "./tally.ts";

function letter(id: string): PickedLetter {
  const received_at = "2026-01-01T00:00:00.000Z";
  const facts = { stream: "people", cause: "FIELD_TYPE", reasons: "[]", attempts: 0 };
  const raw = Buffer.from("{}");
  return { letter: id, stage: "check", received_at, member: 0, ...facts, raw, place: undefined };
}

function failing(code: Reason["code"], path: string): Judgement {
  return { kind: "fails", reasons: [{ code, path, message: `${code} at ${path}` }] };
}

const PASSES: Judgement = {
  kind: "passes",
  record: {
    bytes: Buffer.from("{}"),
    hash: undefined,
    key: undefined,
    keptId: "e",
    eventId: "e",
  },
};

test("counts by cause and place, the most frequent first, with three examples of each outcome", () => {
  const tally = new Tally();
  const before = Buffer.from("before");
  const judgements = [
    failing("FIELD_TYPE", "/a"),
    failing("FIELD_TYPE", "/b"),
    failing("FIELD_TYPE", "/b"),
    failing("NOT_JSON", ""),
    ...Array.from({ length: 5 }, () => PASSES),
  ];
  for (const [index, judgement] of judgements.entries()) {
    tally.add({ letter: letter(`l${index}`), before, after: undefined, judgement });
  }
  tally.leave("without_fix");
  const answer = tally.answer({ dryRun: true, next: undefined });
  expect(answer).toMatchObject({ dry_run: true, passes: 5, fails: 4, next: null });
  expect(answer.left).toEqual({ without_fix: 1, tried_too_often: 0, not_possible: 0 });
  expect(answer.causes.map(({ path, count }) => [path, count])).toEqual([
    ["/b", 2],
    ["/a", 1],
    ["", 1],
  ]);
  expect(answer.examples.map(({ id }) => id)).toEqual(["l4", "l5", "l6", "l0", "l1", "l2"]);
});

test("examples are the beginnings of long records, before and after", () => {
  const tally = new Tally();
  const before = Buffer.alloc(1_000_000, "ä");
  tally.add({ letter: letter("l"), before, after: Buffer.from("after"), judgement: PASSES });
  const [example] = tally.answer({ dryRun: false, next: "n" }).examples;
  expect(example).toMatchObject({ before: "ä".repeat(500), after: "after", event_id: "e" });
});
