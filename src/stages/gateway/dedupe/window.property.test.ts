/** The window against a naive model, and under every order of commits, failures, repairs and restarts. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { HeldLog, toArrival } from "./log.fixture.ts";
import type { DedupeWindow } from "./window.ts";

/** Batches of records of a few ids with a few texts each: fewer make more of them meet. */
function batchesOf(ids: number, texts: number): fc.Arbitrary<string[]> {
  const record = fc.tuple(fc.nat(ids - 1), fc.nat(texts - 1)).map(([id, text]) => `${id}=${text}`);
  return fc.array(record, { minLength: 1, maxLength: 6 });
}

interface Entry {
  readonly text: string;
  readonly at: number;
  readonly sequence: number;
}

/** The newest `idsMax` records by id, each known for the window's length: what the door has to say, said slowly. */
class Naive {
  #entries: Entry[] = [];
  readonly #idsMax: number;

  constructor(idsMax: number) {
    this.#idsMax = idsMax;
  }

  /** The first receipt of a repeat, or undefined for a new record, which is then known. */
  take(text: string, at: number, { sequence, windowMs }: { sequence: number; windowMs: number }) {
    const id = text.split("=", 1)[0];
    const newest = this.#entries.findLast((entry) => entry.text.split("=", 1)[0] === id);
    if (newest !== undefined && newest.at >= at - windowMs && newest.text === text) {
      return newest;
    }
    this.#entries.push({ text, at, sequence });
    this.#entries = this.#entries.slice(-this.#idsMax);
    return undefined;
  }
}

const turn = fc.oneof(
  { weight: 8, arbitrary: batchesOf(10, 3).map((texts) => ({ kind: "send" as const, texts })) },
  fc.integer({ min: 1, max: 700 }).map((ms) => ({ kind: "wait" as const, ms })),
  fc.constant({ kind: "restart" as const }),
);

/** What one send should be answered with, and what it was. */
interface Answered {
  readonly expected: readonly (readonly [at: number, sequence: number])[];
  readonly found: readonly (readonly [at: number, sequence: number])[];
  readonly recordsExpected: number;
  readonly records: number;
  readonly repeats: number;
}

/** A log with its window, beside a naive one. */
class Pair {
  readonly #log = new HeldLog();
  readonly #naive: Naive;
  readonly #idsMax: number;
  #window: DedupeWindow;

  constructor(idsMax: number) {
    this.#idsMax = idsMax;
    this.#naive = new Naive(idsMax);
    this.#window = this.#log.openWindow(idsMax);
  }

  wait(ms: number): void {
    this.#log.now += ms;
  }

  restart(): void {
    this.#window = this.#log.openWindow(this.#idsMax);
  }

  async send(texts: readonly string[]): Promise<Answered> {
    const { now, windowMs, records } = this.#log;
    let sequence = records.length;
    const expected = texts.map((text) => {
      const first = this.#naive.take(text, now, { sequence: sequence + 1, windowMs });
      sequence += first === undefined ? 1 : 0;
      return [first?.at ?? 0, first?.sequence ?? sequence] as const;
    });
    const { repeatOf, sequences, repeats } = await this.#window.admit(toArrival(texts));
    const found = texts.map((_text, i) => [repeatOf?.[i] ?? 0, sequences[i] ?? 0] as const);
    return { expected, found, recordsExpected: sequence, records: records.length, repeats };
  }
}

test("one after the other, every record is answered as the naive model says, restarts included", async () => {
  const idsMax = fc.integer({ min: 6, max: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 40 }), idsMax, async (turns, ids) => {
      const pair = new Pair(ids);
      const answers: Answered[] = [];
      for (const one of turns) {
        if (one.kind === "wait") {
          pair.wait(one.ms);
        } else if (one.kind === "restart") {
          pair.restart();
        } else {
          answers.push(await pair.send(one.texts));
        }
      }
      expect(answers.map(({ found }) => found)).toEqual(answers.map(({ expected }) => expected));
      const repeats = answers.map(({ found }) => found.filter(([at]) => at > 0).length);
      expect(answers.map((one) => one.repeats)).toEqual(repeats);
      const counts = answers.map(({ records: count }) => count);
      expect(counts).toEqual(answers.map(({ recordsExpected }) => recordsExpected));
    }),
    { numRuns: 400 },
  );
});

const event = fc.oneof(
  { weight: 10, arbitrary: batchesOf(3, 2).map((texts) => ({ kind: "send" as const, texts })) },
  { weight: 3, arbitrary: fc.constant({ kind: "commit" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fail" as const), kept: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("stumble" as const), kept: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "repair" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "breathe" as const }) },
  fc.record({ kind: fc.constant("crash" as const), kept: fc.nat(2) }),
  batchesOf(3, 2).map((texts) => ({ kind: "refuse" as const, texts })),
);

/** Lets everything that can go on do so. */
async function breathe(): Promise<void> {
  for (let i = 0; i < 20; i += 1) {
    await Promise.resolve();
  }
}

/** Records whose receipts do not name them. */
async function send(
  log: HeldLog,
  window: DedupeWindow,
  texts: readonly string[],
): Promise<string[]> {
  const answer = await window.admit(toArrival(texts)).catch(() => undefined);
  return texts.filter(
    (text, place) =>
      answer !== undefined && log.records[(answer.sequences[place] ?? 0) - 1]?.text !== text,
  );
}

test("under failures, repairs and crashes no record follows its own repeat, and every receipt is true", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), async (events) => {
      const log = new HeldLog();
      log.held = true;
      let window = log.openWindow();
      let answers: Promise<string[]>[] = [];
      const turns: Record<string, (one: never) => unknown> = {
        send: ({ texts }: { texts: string[] }) => answers.push(send(log, window, texts)),
        commit: () => log.commit(),
        fail: ({ kept }: { kept: number }) => log.fail(kept),
        repair: () => log.repair(),
        stumble: async ({ kept }: { kept: number }) => {
          log.fail(kept);
          // A log never mends in the turn in which it says that it is broken.
          await Promise.resolve();
          log.repair();
        },
        refuse: async ({ texts }: { texts: string[] }) => {
          log.busy = true;
          answers.push(send(log, window, texts));
          await breathe();
          log.busy = false;
        },
        breathe: () => breathe(),
        crash: async ({ kept }: { kept: number }) => {
          log.crash(kept);
          await breathe();
          window = log.openWindow();
          answers = [];
        },
      };
      for (const one of events) {
        await turns[one.kind]?.(one as never);
      }
      await breathe();
      log.repair();
      log.held = false;
      log.commit();
      expect((await Promise.all(answers)).flat()).toEqual([]);
      for (let id = 0; id < 3; id += 1) {
        const texts = log.records.filter((one) => one.id === String(id)).map(({ text }) => text);
        expect(texts.filter((text, index) => text === texts[index - 1])).toEqual([]);
      }
    }),
    { numRuns: 600 },
  );
});
