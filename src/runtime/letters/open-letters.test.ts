/** Which letters are open, and what a redrive that ended in the middle came to: over a real warehouse. */

import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { MoveState } from "../../base/dead-letter-move.ts";
import { type Clock, toInstant } from "../../base/clock.ts";
import type { StreamReader } from "../../seams/consume.ts";
import { makeCut, ndjsonOf } from "../../stages/warehouse/fixture.ts";
import * as fixture from "../../stages/warehouse/house.fixture.ts";
import { openMemoryLog } from "../../testing/memory/append.ts";
import { openMemoryReader } from "../../testing/memory/consume.ts";
import { batchOf } from "./judge.ts";
import { type Filter, pickLetters } from "./pick.ts";
import { settleIntents, type SettleMeans } from "./settle.ts";

fixture.useHouse({ beforeEach, afterEach });

const NOW = "2026-03-01T12:00:00.000Z";
const clock: Clock = { now: () => toInstant(Date.parse(NOW)) };

function receivedAt(second: number): string {
  return new Date(Date.parse("2026-03-01T10:00:00Z") + second * 1000).toISOString();
}

/** Letters a, b, c …, one second after the other. */
async function loadLetters(ids: readonly string[], raw = "{}"): Promise<void> {
  await fixture.open(fixture.planSales(z.object({ shop: z.string() })));
  const letters = ids.map((id, second) => ({
    id,
    stream: "sales",
    stage: "check",
    cause: second % 2 === 0 ? "FIELD_TYPE" : "NOT_JSON",
    reasons: [],
    schema_version: "v",
    received_at: receivedAt(second),
    caller: "",
    request_id: "",
    member: 0,
    raw_base64: Buffer.from(raw).toString("base64"),
    raw_text: raw,
  }));
  await load("dead_letters", 1, letters);
}

let cut = 0;
let log = openMemoryLog({ clock });
let start = "";

async function loadMoves(moves: readonly (readonly [string, MoveState, string])[]): Promise<void> {
  const rows = moves.map(([letter, state, run], index) => ({
    id: `${cut}.${index}`,
    letter,
    stage: "check",
    received_at: receivedAt(letter.charCodeAt(0) - 97),
    member: 0,
    stream: "sales",
    state,
    moved_at: NOW,
    run,
    attempt: 1,
    event_id: letter,
    position: state === "intent" ? start : null,
    reason: null,
    caller: "",
  }));
  cut += 1;
  await load("dead_letter_moves", cut, rows);
}

async function load(stream: string, number: number, rows: readonly object[]): Promise<void> {
  const { folder } = fixture;
  const shape = { folder, stream, cut: number, format: "ndjson" } as const;
  await fixture.load(makeCut({ ...shape, text: ndjsonOf(rows), records: rows.length }));
}

beforeEach(async () => {
  cut = 0;
  log = openMemoryLog({ clock });
  start = await openMemoryReader(log).oldest();
});

async function pick(filter: Partial<Filter> = {}): Promise<{ ids: string[]; next?: string }> {
  const all = { stream: undefined, cause: undefined, ids: undefined, after: undefined, limit: 100 };
  const page = await pickLetters(fixture.house.query, { ...all, ...filter }, NOW);
  const ids = page.letters.map(({ letter }) => letter);
  return page.next === undefined ? { ids } : { ids, next: page.next };
}

test("filters by stream, cause and ids, oldest first", async () => {
  await loadLetters(["a", "b", "c", "d"]);
  expect((await pick()).ids).toEqual(["a", "b", "c", "d"]);
  expect((await pick({ cause: "NOT_JSON" })).ids).toEqual(["b", "d"]);
  expect((await pick({ ids: ["d", "a", "nobody", "' OR 1=1 --"] })).ids).toEqual(["a", "d"]);
  expect((await pick({ stream: "others" })).ids).toEqual([]);
});

test("pages follow each other without gaps, though letters on them are closed meanwhile", async () => {
  await loadLetters(["a", "b", "c", "d", "e"]);
  const first = await pick({ limit: 2 });
  expect(first.ids).toEqual(["a", "b"]);
  await loadMoves([["a", "dropped", "r"]]);
  const second = await pick({ limit: 2, after: first.next });
  expect(second.ids).toEqual(["c", "d"]);
  expect(await pick({ limit: 2, after: second.next })).toEqual({ ids: ["e"] });
});

test("a page ends before it is too large, and holds one letter at least", async () => {
  await loadLetters(["a", "b", "c"], "x".repeat(3_500_000));
  const first = await pick();
  expect(first.ids).toEqual(["a"]);
  expect((await pick({ after: first.next })).ids).toEqual(["b"]);
});

test.each(["", "nonsense", Buffer.from("{}").toString("base64url")])(
  "a cursor that is none is refused: %j",
  async (after) => {
    await loadLetters(["a"]);
    await expect(pick({ after })).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  },
);

test("closed are the redriven and the dropped; begun ones are nobody's until they are settled", async () => {
  await loadLetters(["a", "b", "c", "d", "e", "f"]);
  await loadMoves([
    ["a", "intent", "r1"],
    ["a", "redriven", "r1"],
    ["b", "dropped", "r1"],
    ["c", "failed", "r1"],
    ["d", "intent", "r1"],
    ["d", "abandoned", "r1"],
    ["e", "intent", "r1"],
    ["e", "abandoned", "r1"],
    ["e", "intent", "r2"],
  ]);
  expect((await pick()).ids).toEqual(["c", "d", "f"]);
  expect(await fixture.rows("SELECT id, attempts FROM open_dead_letters ORDER BY id")).toEqual([
    ["c", 1],
    ["d", 0],
    ["e", 0],
    ["f", 0],
  ]);
});

function means(reader: StreamReader, isSound = true): SettleMeans {
  return {
    query: fixture.house.query,
    clock,
    streams: fixture.plan.streams,
    reader: () => Promise.resolve(reader),
    isSound: () => isSound,
  };
}

test("an intent is redriven if the log has its event, abandoned if not, and left while the log mends itself", async () => {
  await loadLetters(["a", "b", "c"]);
  await loadMoves([
    ["a", "intent", "r1"],
    ["b", "intent", "r1"],
    ["c", "intent", "r1"],
    ["c", "redriven", "r1"],
  ]);
  const bytes = Buffer.from('{"shop":"a"}');
  await log.append(
    batchOf([{ bytes, hash: undefined, key: undefined, keptId: "a", eventId: "a" }]),
  );
  expect(await settleIntents(means(openMemoryReader(log), false))).toEqual([]);
  const moves = await settleIntents(means(openMemoryReader(log)));
  expect(moves.map(({ letter, state, run }) => [letter, state, run])).toEqual([
    ["a", "redriven", "r1"],
    ["b", "abandoned", "r1"],
  ]);
  expect(moves[0]).toMatchObject({ received_at: receivedAt(0), stage: "check", member: 0 });
});
