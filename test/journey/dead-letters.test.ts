/** Dead letters as a workplace: mended, redriven, dropped; nothing doubled, whenever the pipeline dies. */

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defined } from "../../src/base/assert.ts";
import { systemClock } from "../../src/base/clock.ts";
import { DEAD_LETTER_MOVES, toStreamName } from "../../src/base/record.ts";
import { batchOf } from "../../src/runtime/letters/judge.ts";
import { writeMoves, type NewMove } from "../../src/runtime/letters/moves.ts";
import { openStream, openStreamReader } from "../../src/stages/stream/index.ts";
import { pause, RunningPipeline } from "./running.ts";

const running = new RunningPipeline("test/journey/letters-pipeline");
const fix = join(running.data, "../fix.ts");

beforeAll(async () => {
  writeFileSync(
    fix,
    `export default (record: any) => {
      if (typeof record === "string") return undefined;
      if (record.amount === "many") throw new Error("how many?");
      return record.id === undefined ? { ...record, amount: Number(record.amount) } : { ...record, page: "/" };
    };`,
  );
  await running.start();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

async function post(stream: string, records: readonly unknown[]): Promise<void> {
  const body = records.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  await running.post(`/v1/streams/${stream}/events`, body.join("\n"));
  await running.drain();
}

interface Summary {
  readonly passes: number;
  readonly fails: number;
  readonly left: Readonly<Record<string, number>>;
  readonly fix_failure: string | null;
}

function redrive(...args: string[]): Summary {
  const { code, out, err } = running.cli("dead", "redrive", "--json", ...args);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out) as Summary;
}

async function openIds(stream: string): Promise<readonly unknown[]> {
  const rows = await running.rows(
    `select id from open_dead_letters where stream = '${stream}' order by id`,
  );
  return rows.map(({ id }) => id);
}

async function expectBalanced(): Promise<void> {
  await running.drain();
  const { code, out } = running.cli("verify");
  expect({ code, out }).toMatchObject({ code: 0 });
}

test("a dry run changes nothing; a confirmed redrive makes rows under the letters' ids", async () => {
  await post("orders", [
    { item: "tea", amount: "1" },
    { item: "rice", amount: "2" },
    { item: "salt", amount: "many" },
    { item: "oil", amount: "a lot" },
    "no json",
  ]);
  const ids = await openIds("orders");
  expect(ids).toHaveLength(5);

  expect(redrive()).toMatchObject({ passes: 0, fails: 5 });
  const would = redrive("--fix", fix);
  expect(would).toMatchObject({ passes: 2, fails: 1, left: { without_fix: 1, fix_failed: 1 } });
  expect(would.fix_failure).toBe("how many?");
  expect(redrive("--fix", fix, "--yes", "--dry-run")).toEqual(would);
  expect(await openIds("orders")).toEqual(ids);
  expect(await running.rows("select * from dead_letter_moves")).toEqual([]);

  expect(redrive("--fix", fix, "--yes")).toMatchObject({ passes: 2, fails: 1 });
  await running.drain();
  const rows = await running.rows("select _event_id, item, amount from orders order by item");
  expect(rows).toEqual([
    { _event_id: ids[1], item: "rice", amount: 2 },
    { _event_id: ids[0], item: "tea", amount: 1 },
  ]);
  expect(await openIds("orders")).toEqual(ids.slice(2));
  // Again: what is redriven is no longer meant.
  expect(redrive("--fix", fix, "--yes")).toMatchObject({ passes: 0, fails: 1 });
  await expectBalanced();
});

test("dead ls shows what is open, and everything with --all; dead show tells what became of a letter", () => {
  expect(running.cli("dead", "ls").out).toContain("3 dead letters of 2 kinds");
  expect(running.cli("dead", "ls", "--all").out).toContain("5 dead letters of 2 kinds");
  const [{ letter } = {}] = JSON.parse(
    running.cli("query", "--json", "select letter from dead_letter_moves where state = 'redriven'")
      .out,
  ) as { letter: string }[];
  expect(running.cli("dead", "show", String(letter)).out).toContain("redriven");
  const { steps } = JSON.parse(running.cli("where", String(letter), "--json").out) as {
    steps: readonly { stage: string; state: string; says: string }[];
  };
  expect(steps.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
    "set aside done",
    "accepted done",
    "delivered done",
    "loaded done",
  ]);
  expect(steps[0]?.says).toMatch(/, then redriven$/);
});

test("a drop needs a reason and a filter, and closes the letter", async () => {
  expect(running.cli("dead", "drop", "--reason", "test").code).toBe(2);
  expect(running.cli("dead", "drop", "--cause", "NOT_JSON").code).toBe(2);
  expect(running.cli("dead", "drop", "--cause", "NOT_JSON", "--reason", "test").out).toContain(
    "1 dead letter would be dropped",
  );
  expect(await openIds("orders")).toHaveLength(3);
  running.cli("dead", "drop", "--cause", "NOT_JSON", "--reason", "a test line", "--yes");
  expect(await openIds("orders")).toHaveLength(2);
  expect(
    await running.rows("select state, reason from dead_letter_moves where state = 'dropped'"),
  ).toEqual([{ state: "dropped", reason: "a test line" }]);
  const everything = await running.post("/v1/dead-letters/drop", '{"reason":"x","confirm":true}');
  expect(everything.status).toBe(400);
  running.cli("dead", "drop", "--stream", "orders", "--reason", "done", "--yes");
  expect(await openIds("orders")).toEqual([]);
});

test("an event that fails again has a new letter of the same id, and is tried five times at most", async () => {
  await post("orders", [{ item: "cursed", amount: 1 }]);
  const [id] = await openIds("orders");
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    expect(redrive("--stream", "orders", "--yes")).toMatchObject({ passes: 1 });
    await running.drain();
    expect(await running.rows("select id, attempts from open_dead_letters")).toEqual([
      { id, attempts: attempt },
    ]);
  }
  expect(redrive("--yes")).toMatchObject({ passes: 0, left: { tried_too_often: 1 } });
  expect(running.cli("dead", "drop", "--id", String(id), "--reason", "cursed", "--yes").code).toBe(
    0,
  );
  await expectBalanced();
});

test("where the definition names an id, the event keeps it, so that a client's own second try counts once", async () => {
  await post("visits", [{ id: "v-1", page: 7 }]);
  await post("visits", [{ id: "v-1", page: "/" }]);
  expect(redrive("--stream", "visits", "--fix", fix, "--yes")).toMatchObject({ passes: 1 });
  await running.drain();
  expect(await running.rows("select distinct _event_id as id from visits")).toEqual([
    { id: "v-1" },
  ]);
  await expectBalanced();
});

function newId(): string {
  return `crash-${randomBytes(4).toString("hex")}`;
}

/** Leaves the data folder as a crash in the middle of a redrive would: intents, and perhaps the records. */
async function crashAmid(letter: NewMove, record: Buffer | undefined): Promise<void> {
  const orders = defined(toStreamName("orders"), "orders is a name");
  const open = (stream: string, shards: number): ReturnType<typeof openStream> => {
    const folder = join(running.data, "stream", stream);
    return openStream({ folder, stream, shards, clock: systemClock, random: randomBytes });
  };
  await using moves = await open(DEAD_LETTER_MOVES, 1);
  await using log = await open(orders, 2);
  const folder = join(running.data, "stream", orders);
  await using reader = await openStreamReader({ folder, stream: orders, shared: log.shared });
  const position = await reader.newest();
  await writeMoves(moves, newId, [{ ...letter, position }]);
  if (record !== undefined) {
    const hash = new Uint32Array(4);
    const keptId = letter.letter;
    const passing = { bytes: record, hash, key: undefined, keptId, eventId: keptId };
    await log.append(batchOf([passing]));
  }
}

test("a redrive that a crash cut short is ended: neither lost nor doubled", async () => {
  await post("orders", [
    { item: "appended", amount: "1" },
    { item: "intended", amount: "1" },
  ]);
  const letters = await running.rows(
    `select id as letter, stage, strftime(received_at, '%Y-%m-%dT%H:%M:%S.%gZ') as received_at, member, stream,
       raw_text from open_dead_letters order by member`,
  );
  expect(await running.stop()).toBe(0);
  for (const [index, letter] of letters.entries()) {
    const { raw_text: raw, ...key } = letter;
    const move = {
      ...(key as unknown as NewMove),
      state: "intent",
      moved_at: new Date().toISOString(),
      run: "crashed",
      attempt: 1,
      event_id: String(key["letter"]),
      reason: null,
      caller: "test",
    } as const;
    const record = Buffer.from(String(raw).replace('"1"', "1"));
    await crashAmid(move, index === 0 ? record : undefined);
  }
  await running.start();
  expect(redrive("--fix", fix, "--yes")).toMatchObject({ passes: 1, fails: 0 });
  await expectBalanced();
  const rows = await running.rows(
    "select item, count(*) as times from orders where item in ('appended', 'intended') group by 1 order by 1",
  );
  expect(rows).toEqual([
    { item: "appended", times: 1 },
    { item: "intended", times: 1 },
  ]);
  expect(
    await running.rows(
      "select letter, state from dead_letter_moves where run = 'crashed' and state <> 'intent' order by _sequence",
    ),
  ).toEqual([
    { letter: letters[0]?.["letter"], state: "redriven" },
    { letter: letters[1]?.["letter"], state: "abandoned" },
  ]);
});

/** Redrives a hundred letters per call until none is left, or nobody answers any more. */
async function redriveInPages(): Promise<void> {
  try {
    for (;;) {
      const pick = JSON.stringify({ stream: "orders", limit: 100 });
      const { body } = await running.post("/v1/dead-letters/pick", pick);
      const { letters } = body as { letters: readonly (NewMove & { raw_base64: string })[] };
      if (letters.length === 0) {
        return;
      }
      const fixed = letters.map(({ letter, stage, received_at, member, raw_base64: raw }) => {
        const record = JSON.parse(Buffer.from(raw, "base64").toString()) as { amount: string };
        const mended = { ...record, amount: Number(record.amount) };
        return { letter, stage, received_at, member, record: mended };
      });
      const ids = fixed.map(({ letter }) => letter);
      const redriven = JSON.stringify({ ids, fixed, confirm: true });
      await running.post("/v1/dead-letters/redrive", redriven);
    }
  } catch {
    // The pipeline was killed: the next life goes on.
  }
}

test("killed again and again amid redrives, every letter becomes one row", async () => {
  const count = 4000;
  await post(
    "orders",
    Array.from({ length: count }, (_none, index) => ({ item: `k-${index}`, amount: `${index}` })),
  );
  for (let kill = 0; kill < 5; kill += 1) {
    const going = redriveInPages();
    await pause(700 + 37 * kill);
    await running.kill();
    await going;
    await running.start();
  }
  expect((await openIds("orders")).length).toBeGreaterThan(0);
  await redriveInPages();
  await expectBalanced();
  const [row] = await running.rows(
    "select count(*) as rows, count(distinct item) as items from orders where item like 'k-%'",
  );
  expect(row).toEqual({ rows: count, items: count });
  expect(await openIds("orders")).toEqual([]);
});
