/** What sources bring, what they remember, and what becomes of them when the world fails. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defined } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import type { SourceBatch, SourceContext, SourceDefinition } from "../../define/source.ts";
import { STOP_MS, type Sources } from "./open-sources.ts";
import type { ReadBatch } from "./reader.ts";
import { closeWorlds, openWorld, until, type World } from "./world.fixture.ts";

closeWorlds();

function batch(n: number): SourceBatch {
  return { body: `{"n":${n}}\n`, format: "ndjson", checkpoint: String(n) };
}

async function* countTo(last: number, { checkpoint }: SourceContext): AsyncGenerator<SourceBatch> {
  for (let n = Number(checkpoint ?? 0) + 1; n <= last; n += 1) {
    yield batch(n);
  }
}
function source(read: SourceDefinition["read"]): Record<string, SourceDefinition> {
  return { count: { stream: "numbers", title: "Counts", read } };
}

function stateOf(sources: Sources): string {
  return defined(sources.status()[0], "one source is defined").state;
}

test("brings every batch in order and is done", async () => {
  const world = openWorld();
  const sources = world.open(source((context) => countTo(3, context)));
  await until(() => stateOf(sources) === "done");
  expect(world.records).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  const expected = { name: "count", title: "Counts", stream: "numbers", state: "done" };
  expect(sources.status()).toEqual([
    { ...expected, records: 3, checkpoint: "3", trouble: undefined },
  ]);
});

test("goes on from its checkpoint in the next life, and counts on", async () => {
  const world = openWorld();
  const first = world.open(source((context) => countTo(2, context)));
  await until(() => stateOf(first) === "done");
  await first.stop();
  const second = world.open(source((context) => countTo(4, context)));
  await until(() => stateOf(second) === "done");
  expect(world.records).toEqual(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}']);
  expect(second.status()[0]).toMatchObject({ records: 4, checkpoint: "4" });
});

test("asks for the next batch only when the last is durable and written down", async () => {
  const world = openWorld();
  const hold = Promise.withResolvers<void>();
  world.holding = hold.promise;
  let asked = 0;
  const sources = world.open(
    source(async function* () {
      for (;;) {
        asked += 1;
        yield batch(asked);
      }
    }),
  );
  await until(() => asked === 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(1);
  expect(sources.status()[0]).toMatchObject({ records: 0, checkpoint: undefined });
  hold.resolve();
  await until(() => asked > 2);
});

test("a busy door is waited for with growing waits, and the batch comes once", async () => {
  const world = openWorld();
  world.refuse.push(new Fault("STREAM_BUSY"), new Fault("STREAM_BUSY"), new Fault("STREAM_BUSY"));
  const sources = world.open(source((context) => countTo(1, context)));
  for (const [attempt, wait] of [100, 200, 400].entries()) {
    await until(() => world.time.waits.length === 1);
    expect(world.time.waits).toEqual([wait]);
    expect(sources.status()[0]).toMatchObject({
      state: "waiting",
      trouble: { code: "STREAM_BUSY", attempts: attempt + 1 },
    });
    world.time.advance(wait);
  }
  await until(() => stateOf(sources) === "done");
  expect(sources.status()[0]).toMatchObject({ records: 1, trouble: undefined });
  expect(world.records).toEqual(['{"n":1}']);
});

test("a batch that is wanted no more is let go of while the door is busy, and the source goes on", async () => {
  const world = openWorld();
  const unwanted = new AbortController();
  world.refuse.push(new Fault("STREAM_BUSY"));
  const read = async function* (): AsyncGenerator<ReadBatch> {
    yield { ...batch(1), unwanted: unwanted.signal };
    yield batch(2);
  };
  const sources = world.open(source(read));
  await until(() => world.time.waits.length === 1);
  unwanted.abort();
  await until(() => stateOf(sources) === "done");
  expect(world.records).toEqual(['{"n":2}']);
  expect(sources.status()[0]).toMatchObject({ records: 1, checkpoint: "2", trouble: undefined });
});

test("a source that throws is failed, and started again from its checkpoint", async () => {
  const world = openWorld();
  const froms: (string | undefined)[] = [];
  const sources = world.open(
    source(async function* (context) {
      froms.push(context.checkpoint);
      yield* countTo(froms.length, context);
      if (froms.length < 3) {
        throw new TypeError("the far end hung up");
      }
    }),
  );
  await until(() => stateOf(sources) === "failed" && world.time.waits.length === 1);
  const { trouble } = defined(sources.status()[0], "one source is defined");
  expect(trouble).toMatchObject({ code: "SOURCE_FAILED", attempts: 1 });
  expect(trouble?.message).toBe("Source count stopped: the far end hung up");
  world.time.advance(1000);
  await until(() => froms.length === 2 && world.time.waits.length === 1);
  // The batch in between got through, so the waits begin anew.
  expect(world.time.waits).toEqual([1000]);
  world.time.advance(1000);
  await until(() => stateOf(sources) === "done");
  expect(froms).toEqual([undefined, "1", "2"]);
  expect(world.records).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  expect(sources.status()[0]?.trouble).toBeUndefined();
});

test("a source that only throws is started again ever more seldom", async () => {
  const world = openWorld();
  let starts = 0;
  world.open(
    source(() => {
      starts += 1;
      throw new TypeError("no such host");
    }),
  );
  for (const wait of [1000, 2000, 4000, 8000]) {
    await until(() => world.time.waits.length === 1);
    expect(world.time.waits).toEqual([wait]);
    world.time.advance(wait);
  }
  await until(() => starts === 5);
});

test.each([
  ["a body beyond the limit", { ...batch(1), body: new Uint8Array(16_777_217) }],
  ["a checkpoint that is no text", { ...batch(1), checkpoint: 7 as unknown as string }],
  ["an unknown format", { ...batch(1), format: "xml" as "csv" }],
])("%s fails the source and is told", async (_what, wrong) => {
  const world = openWorld();
  const sources = world.open(
    source(async function* () {
      yield wrong;
    }),
  );
  await until(() => stateOf(sources) === "failed");
  expect(sources.status()[0]?.trouble?.code).toBe("SOURCE_BATCH_INVALID");
  expect(world.records).toEqual([]);
});

test("wrong records are dead letters, not failures; an empty batch moves the checkpoint", async () => {
  const world = openWorld();
  const sources = world.open(
    source(async function* () {
      yield { body: '{"n":"one"}\n{"n":2}\n', format: "ndjson", checkpoint: "a" };
      yield { body: new Uint8Array(0), format: "ndjson", checkpoint: "b" };
    }),
  );
  await until(() => stateOf(sources) === "done");
  expect(world.records).toEqual(['{"n":2}']);
  expect(world.letters.frames.flatMap(({ records }) => records)).toHaveLength(1);
  expect(sources.status()[0]).toMatchObject({ records: 2, checkpoint: "b", trouble: undefined });
});

test("a source that never waits leaves the others their turn", async () => {
  const world = openWorld();
  const endless: SourceDefinition = {
    stream: "numbers",
    title: "Never waits",
    read: (context) => countTo(Infinity, context),
  };
  const sources = world.open({ endless, ...source((context) => countTo(20, context)) });
  await until(() => sources.status()[1]?.state === "done");
  expect(sources.status()[0]).toMatchObject({ state: "running" });
  await sources.stop();
  expect(sources.status()[0]).toMatchObject({ state: "off" });
});

test("stop wakes a sleeping source and waits for what is at the door", async () => {
  const world = openWorld();
  const hold = Promise.withResolvers<void>();
  const sources = world.open({
    ...source((context) => countTo(1, context)),
    sleepy: {
      stream: "numbers",
      title: "Sleeps",
      async *read({ sleep }) {
        yield batch(7);
        await sleep(1_000_000);
        yield batch(8);
      },
    },
  });
  world.holding = hold.promise;
  await new Promise((resolve) => setImmediate(resolve));
  const stopped = sources.stop();
  hold.resolve();
  await stopped;
  const after = sources.status();
  expect(after.map(({ state }) => state)).toEqual(["off", "off"]);
  expect(after.map(({ checkpoint }) => checkpoint)).toEqual(["1", "7"]);
  expect(world.records.toSorted()).toEqual(['{"n":1}', '{"n":7}']);
});

test("a source that hangs holds nobody up for longer than the limit", async () => {
  const world = openWorld();
  let asked = false;
  const sources = world.open(
    source(async function* () {
      asked = true;
      yield await new Promise<SourceBatch>(() => undefined);
    }),
  );
  await until(() => asked);
  await sources.stop();
  expect(stateOf(sources)).toBe("off");
});

test("a door that hangs is left behind after the limit", async () => {
  const world = openWorld();
  const hold = Promise.withResolvers<void>();
  world.holding = hold.promise;
  const sources = world.open(source((context) => countTo(2, context)));
  await new Promise((resolve) => setImmediate(resolve));
  const stopped = sources.stop();
  await until(() => world.time.waits.includes(STOP_MS));
  world.time.advance(STOP_MS);
  await stopped;
  hold.resolve();
  await until(() => stateOf(sources) === "off");
  expect(sources.status()[0]?.checkpoint).toBeUndefined();
});

test("told not to run, sources are off and say where they were", async () => {
  const world = openWorld();
  const first = world.open(source((context) => countTo(2, context)));
  await until(() => stateOf(first) === "done");
  await first.stop();
  const second = world.open(
    source((context) => countTo(9, context)),
    false,
  );
  expect(second.status()[0]).toMatchObject({ state: "off", records: 2, checkpoint: "2" });
  expect(world.records).toHaveLength(2);
});

/** What happens to the next batch: it gets through, the door is busy, or the source or the door breaks. */
type Turn = "through" | "busy" | "throws" | "refused" | "stopped";

const turns = fc.array(
  fc.constantFrom<Turn>("through", "through", "busy", "throws", "refused", "stopped"),
  { maxLength: 25 },
);

const LAST = 12;

test("no record is lost, none comes twice, order holds", async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (script) => {
      const world = openWorld();
      try {
        const sources = await live(world, [...script]);
        const expected = Array.from({ length: LAST }, (_, place) => `{"n":${place + 1}}`);
        expect(world.records).toEqual(expected);
        expect(sources.status()[0]).toMatchObject({ records: LAST, checkpoint: String(LAST) });
      } finally {
        await world.close();
      }
    }),
    { numRuns: 60 },
  );
});

/** Lives through the script, over as many lives as it stops, until the source is done. */
async function live(world: World, script: Turn[]): Promise<Sources> {
  let stops = false;
  const open = (): Sources =>
    world.open({
      count: { stream: "numbers", title: "Counts", read: (context) => scripted(context) },
    });
  async function* scripted(context: SourceContext): AsyncGenerator<SourceBatch> {
    for await (const next of countTo(LAST, context)) {
      const turn = script.shift() ?? "through";
      if (turn === "throws") {
        throw new TypeError("scripted");
      }
      if (turn === "busy" || turn === "refused") {
        world.refuse.push(new Fault(turn === "busy" ? "STREAM_BUSY" : "STREAM_RECORD_TOO_LARGE"));
      }
      stops ||= turn === "stopped";
      yield next;
    }
  }
  let sources = open();
  for (let turn = 0; turn < 100_000 && sources.status()[0]?.state !== "done"; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (stops) {
      stops = false;
      await sources.stop();
      sources = open();
    }
    world.time.advance(1000);
  }
  return sources;
}
