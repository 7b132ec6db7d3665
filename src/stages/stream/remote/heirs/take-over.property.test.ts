/** Data folders that are lost for good: who takes over has every record in its log once, whatever is killed meanwhile. */

import * as fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../../../base/clock.ts";
import type { Fault } from "../../../../base/faults.ts";
import { toBatch } from "../../../../testing/conformance/append.ts";
import { openMemoryReader } from "../../../../testing/memory/consume.ts";
import { openRemoteAppender } from "../appender.ts";
import { FakeKinesis } from "../kinesis.fixture.ts";
import {
  LEASE_MS,
  Life,
  type Machine,
  MemoryRegistry,
  newMachine,
  textsOf,
  type World,
} from "../lives.fixture.ts";
import type { SourceTruth } from "../../../../seams/taken.ts";
import { lookAtTaken } from "../taken/look-at-taken.ts";
import { fence, tellOfItself } from "./fence.ts";

const EVENTS = 40;
const STREAM = "prices";

interface Scene {
  readonly world: World;
  readonly put: (from: number, to: number) => Promise<void>;
}

function openScene(): Scene {
  const kinesis = new FakeKinesis(2);
  const world: World = { kinesis, registry: new MemoryRegistry(), now: 1000 };
  const remote = kinesis.open(STREAM);
  const appender = openRemoteAppender({ remote, clock: systemClock, sleep: async () => {} });
  const put = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 1) {
      await appender.append(toBatch([`${n % 5}:${n}`], { hashes: [(n % 5) * 2 ** 29] }));
    }
  };
  return { world, put };
}

async function pass(world: World, turns: number): Promise<void> {
  for (let i = 0; i < turns; i += 1) {
    await turn();
    world.now += i % 20 === 0 ? LEASE_MS / 10 : 0;
  }
}

function about({ registry, now }: World): Parameters<typeof fence>[0] {
  return { registry, stream: STREAM, now };
}

/** Lives of one machine, each killed at a step of its own, and one that is not. */
async function liveThrough(
  machine: Machine,
  world: World,
  fuses: readonly number[],
): Promise<Life> {
  for (const fuse of fuses) {
    const life = new Life(machine, world, fuse);
    await pass(world, 60);
    life.die();
    await life.pump[Symbol.asyncDispose]();
  }
  return new Life(machine, world, Number.POSITIVE_INFINITY);
}

function numbersOf({ events, letters }: Machine): number[] {
  const texts = [...textsOf(events), ...textsOf(letters)];
  return texts.map((text) => Number(text.split(":")[1])).toSorted((a, b) => a - b);
}

async function look({ world }: Scene, { marks, events, letters }: Machine): Promise<SourceTruth> {
  return await lookAtTaken({
    remote: world.kinesis.open(STREAM),
    marks,
    openEvents: async () => openMemoryReader(events),
    openLetters: async () => openMemoryReader(letters),
    again: true,
  });
}

async function untilHas(machine: Machine, world: World, count: number): Promise<void> {
  for (let turns = 0; turns < 200 && numbersOf(machine).length < count; turns += 1) {
    await pass(world, 20);
  }
  // What would come twice has its time to come.
  await pass(world, 100);
}

const ALL = Array.from({ length: EVENTS }, (_, n) => n);
const fuses = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 });

test("all of a lost one is in its heir's log once, and of that one's in the next's", async () => {
  const runs = fc.asyncProperty(fuses, fuses, fc.boolean(), async (first, second, splits) => {
    const scene = openScene();
    const { world, put } = scene;
    const [a, b, c] = ["a", "b", "c"].map(newMachine) as [Machine, Machine, Machine];
    await tellOfItself(about(world), "a", { place: "here:/a", outlives: undefined });
    await tellOfItself(about(world), "b", { place: "here:/b", outlives: undefined });
    await put(0, EVENTS / 2);
    const lives = [new Life(a, world, first[0] ?? 70), new Life(b, world, second[0] ?? 70)];
    await pass(world, 60);
    if (splits) {
      world.kinesis.split("shardId-000000000000");
    }
    await put(EVENTS / 2, EVENTS);
    await pass(world, 60);
    lives.forEach((life) => life.die());
    // It has beaten once at least, or it had nothing.
    world.now += 2 * LEASE_MS;
    await new Life(b, world, Number.POSITIVE_INFINITY).pump[Symbol.asyncDispose]();
    const known = (await world.registry.read("streams/prices/readers/a")) !== undefined;
    if (known) {
      await fence(about(world), "a", "b");
    }
    const heir = await liveThrough(b, world, first);
    await pass(world, 40 * second.length);
    heir.die();
    await heir.pump[Symbol.asyncDispose]();
    world.now += 2 * LEASE_MS;
    await fence(about(world), "b", "c");
    const last = await liveThrough(c, world, second);
    await untilHas(c, world, EVENTS);
    await last.pump[Symbol.asyncDispose]();
    expect(numbersOf(c)).toEqual(ALL);
    const { runs: taken, again, unknown } = await look(scene, c);
    expect(taken.reduce((sum, run) => sum + run.events + run.letters, 0)).toBe(EVENTS);
    expect(again.flatMap(({ missing }) => missing)).toEqual([]);
    expect(unknown).toEqual([]);
    await Promise.all(lives.map((life) => life.pump[Symbol.asyncDispose]()));
  });
  await fc.assert(runs, { numRuns: 40 });
});

test("one that was only slow claims nothing more, and is told so", async () => {
  const { world, put } = openScene();
  const [slow, heir] = [newMachine("slow"), newMachine("heir")];
  await put(0, EVENTS / 2);
  const living = new Life(slow, world, Number.POSITIVE_INFINITY);
  await untilHas(slow, world, EVENTS / 2);
  // Its clock may be anything: it beats on, and is shut out all the same.
  const entry = await world.registry.read("streams/prices/readers/slow");
  await fence({ ...about(world), now: Number(entry?.text) + 1 }, "slow", "heir");
  const next = new Life(heir, world, Number.POSITIVE_INFINITY);
  await put(EVENTS / 2, EVENTS);
  await untilHas(heir, world, EVENTS);
  expect(living.fenced).toBe(true);
  expect(numbersOf(heir)).toEqual(ALL);
  const refused = tellOfItself(about(world), "slow", { place: "here:/slow", outlives: undefined });
  await expect(refused).rejects.toMatchObject({ code: "STREAM_FENCED" });
  await Promise.all([living, next].map((life) => life.pump[Symbol.asyncDispose]()));
});

test("says what cannot be known: what Kinesis forgot, and what outlived the folder", async () => {
  const scene = openScene();
  const { world, put } = scene;
  const [lost, heir] = [newMachine("lost"), newMachine("heir")];
  await tellOfItself(about(world), "lost", { place: "here:/lost", outlives: "s3://bucket/lake" });
  await put(0, EVENTS);
  const living = new Life(lost, world, Number.POSITIVE_INFINITY);
  await untilHas(lost, world, EVENTS);
  living.die();
  await living.pump[Symbol.asyncDispose]();
  world.kinesis.forget("shardId-000000000000", 3);
  world.now += 2 * LEASE_MS;
  await fence(about(world), "lost", "heir");
  const next = new Life(heir, world, Number.POSITIVE_INFINITY);
  await untilHas(heir, world, EVENTS - 3);
  await next.pump[Symbol.asyncDispose]();
  expect(numbersOf(heir)).toHaveLength(EVENTS - 3);
  const { unknown } = await look(scene, heir);
  expect(unknown.join("\n")).toMatch(
    /shardId-000000000000: of what lost .* 3 record\(s\) were gone/,
  );
  expect(unknown.filter((why) => why.includes("outlived that data folder"))).toHaveLength(2);
});

test("is refused for one that lives, for one that nobody knows, and to a second heir", async () => {
  const { world } = openScene();
  const life = new Life(newMachine("a"), world, Number.POSITIVE_INFINITY);
  await pass(world, 20);
  await expect(fence(about(world), "a", "b")).rejects.toMatchObject({
    code: "STREAM_READER_ALIVE",
  });
  const unknown = await fence(about(world), "z", "b").catch((thrown: unknown) => thrown as Fault);
  expect(unknown).toMatchObject({ code: "STREAM_READER_UNKNOWN" });
  expect((unknown as Fault).message).toContain("a (unknown place, alive)");
  life.die();
  await life.pump[Symbol.asyncDispose]();
  world.now += 2 * LEASE_MS;
  await fence(about(world), "a", "b");
  await fence(about(world), "a", "b");
  await expect(fence(about(world), "a", "c")).rejects.toMatchObject({ code: "STREAM_FENCED" });
});
