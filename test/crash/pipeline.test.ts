/** The whole pipeline under kill -9, at any moment and of any process: nothing answered is lost, nothing is twice. */

import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { marketsFor, openGenerator } from "../../examples/food-market/generator.ts";
import { defined } from "../../src/base/assert.ts";
import { RunningPipeline } from "../journey/running.ts";
import { PRICES_SQL, Truth } from "../journey/truth.ts";

const ROWS = 2400;
const BATCH = 40;
const SEED = Number(process.env["MILLRACE_TEST_SEED"] ?? Date.now() % 1_000_000_007);
const made = openGenerator({ markets: marketsFor(ROWS), seed: BigInt(SEED) });

let running: RunningPipeline;
let chance: () => number;
let answered: Answered;

beforeEach(() => {
  running = new RunningPipeline("examples/food-market");
  chance = dice(SEED);
  answered = { events: new Map(), letters: new Set() };
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

/** What was promised: each event that was answered with the row it stands for, and each dead letter. */
interface Answered {
  readonly events: Map<string, number>;
  readonly letters: Set<string>;
}

/** Numbers from 0 to 1, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const BAD = 7;

/** Posts rows from `from` on, a broken record in the middle, and keeps what the answer promises. */
async function post(from: number): Promise<void> {
  const to = Math.min(from + BATCH, ROWS);
  const lines = made.ndjson(from, to).trimEnd().split("\n");
  lines.splice(BAD, 0, `{"country":"nowhere","mkt_name":${from}}`);
  const { status, body } = await running.post("/v1/streams/prices/events", lines.join("\n"));
  expect(status).toBe(207);
  const { records } = body as { records: Record<"id" | "dead_letter", string>[] };
  answered.letters.add(defined(records[BAD], "every record is answered").dead_letter);
  records.splice(BAD, 1);
  expect(records).toHaveLength(to - from);
  expect(records.filter(({ id }) => answered.events.has(id))).toEqual([]);
  records.forEach(({ id }, place) => answered.events.set(id, from + place));
}

/** Two clients that post without end, until the pipeline is gone or the signal comes; unanswered batches are lost. */
async function postAlong(signal: AbortSignal): Promise<void> {
  const client = async (): Promise<void> => {
    while (!signal.aborted) {
      await pause(10);
      await post(Math.floor(chance() * (ROWS / BATCH)) * BATCH).catch((thrown: unknown) => {
        // Refused or cut off: nothing was promised. Anything else is an expectation that does not hold.
        if (thrown instanceof TypeError && thrown.message.includes("fetch failed")) {
          return pause(20);
        }
        throw thrown;
      });
    }
  };
  await Promise.all([client(), client()]);
}

/** One life: posts go on while `death` comes. */
async function liveUntil(death: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const posting = postAlong(stop.signal);
  try {
    await Promise.race([death(), posting]);
  } finally {
    stop.abort();
  }
  await posting;
}

async function cutOf(): Promise<number> {
  return (await running.status()).streams[0]?.warehouse.cut ?? 0;
}

/** Waits for the moment in which new rows are loaded: the models run on them next. */
async function untilLoaded(): Promise<void> {
  const until = Date.now() + 10_000;
  const before = await cutOf();
  while ((await cutOf()) === before && Date.now() < until) {
    await pause(2);
  }
  expect(Date.now()).toBeLessThan(until);
}

type Death = (life: number) => Promise<void>;

const DEATHS: readonly (readonly [name: string, death: Death])[] = [
  [
    "of everything, at any moment",
    async () => {
      await pause(chance() * 1200);
      await running.kill();
    },
  ],
  [
    "of everything, while a model runs",
    async () => {
      await untilLoaded();
      await pause(chance() * 250);
      await running.kill();
    },
  ],
  [
    "of the first process alone",
    async () => {
      await pause(chance() * 1200);
      await running.killFirst();
    },
  ],
  [
    "of the warehouse, three times, and then of everything",
    async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        await pause(chance() * 400);
        await killWarehouse();
      }
      await pause(chance() * 400);
      await running.kill();
    },
  ],
];

async function killWarehouse(): Promise<void> {
  const until = Date.now() + 10_000;
  let pid = running.warehousePid;
  while (pid === undefined && Date.now() < until) {
    await pause(20);
    pid = running.warehousePid;
  }
  process.kill(defined(pid, "the warehouse starts again"), "SIGKILL");
}

/** More by hand, for a long night. */
const LIVES = Number(process.env["MILLRACE_TEST_LIVES"] ?? 2);

it(
  `loses nothing and doubles nothing through ${LIVES} deaths of each kind (MILLRACE_TEST_SEED=${SEED})`,
  { timeout: 120_000 * LIVES },
  async () => {
    let kills = 0;
    for (let life = 0; life < LIVES * DEATHS.length; life += 1) {
      if (life % DEATHS.length === 0) {
        // A life that does not even get ready.
        await running.begin("--no-sources");
        await pause(chance() * 1000);
        await running.kill();
        kills += 1;
      }
      const [name, death] = defined(DEATHS[life % DEATHS.length], "a death of each kind");
      await running.start("--no-sources");
      await liveUntil(async () => await death(life));
      kills += name.includes("three times") ? 4 : 1;
    }
    expect(kills).toBe(LIVES * 8);
    // Otherwise the deaths came to idle processes and prove little.
    expect(answered.events.size).toBeGreaterThan(LIVES * 2000);
    await running.start("--no-sources");
    for (let from = 0; from < ROWS; from += BATCH) {
      await post(from);
    }
    await running.drain();
    await expectEverything();
    // And the same once more after a clean stop.
    expect(await running.stop()).toBe(0);
    await running.start("--no-sources");
    await running.drain();
    await expectEverything();
  },
);

async function expectEverything(): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, index) => made.row(index));
  const truth = new Truth().take(rows);
  expect(truth.differences(await running.rows(PRICES_SQL))).toEqual([]);

  const raw = await running.rows(
    "select _event_id as id, _shard as shard, _sequence as sequence, country, mkt_name, DATES from raw_prices",
  );
  const found = new Map(
    raw.map(({ id, country, mkt_name: market, DATES: date }) => [
      String(id),
      `${country}|${market}|${date}`,
    ]),
  );
  expect(found.size).toBe(raw.length);
  const wrong = [...answered.events].filter(([id, index]) => {
    const { country, market, month, year } = defined(rows[index], "a row that was posted");
    return found.get(id) !== `${country}|${market}|${month}/1/${year}`;
  });
  expect(wrong).toEqual([]);
  const places = new Set(raw.map(({ shard, sequence }) => `${shard}.${sequence}`));
  expect(places.size).toBe(raw.length);

  const letters = (await running.rows("select id from dead_letters")).map(({ id }) => String(id));
  const kept = new Set(letters);
  expect(kept.size).toBe(letters.length);
  expect([...answered.letters].filter((id) => !kept.has(id))).toEqual([]);

  const { streams } = await running.status();
  const records = streams.find(({ name }) => name === "prices")?.stream.records;
  expect(raw.length).toBe(records);
  const { code, out } = running.cli("verify", "--deep");
  expect(out).toContain("BALANCED");
  expect(code).toBe(0);
}
