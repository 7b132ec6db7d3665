/** Several processes over one stream, each killed anywhere: every record is in one log, once, in its key's order. */

import * as fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../../base/clock.ts";
import type { StreamReader } from "../../../seams/consume.ts";
import { toBatch } from "../../../testing/conformance/append.ts";
import { openMemoryReader } from "../../../testing/memory/consume.ts";
import { openRemoteAppender } from "./appender.ts";
import type { RemoteStream } from "./client.ts";
import { FakeKinesis } from "./kinesis.fixture.ts";
import {
  LEASE_MS,
  Life,
  type Machine,
  MemoryRegistry,
  newMachine,
  textsOf,
  type World,
} from "./lives.fixture.ts";
import { lookAtTaken } from "./taken/look-at-taken.ts";

const EVENTS = 60;
const fuses = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 2, maxLength: 6 });

test("is in one log once, through kills, take-overs, splits and expired iterators", async () => {
  const runs = fc.asyncProperty(fuses, fc.boolean(), async (given, splits) => {
    const world: World = { kinesis: new FakeKinesis(2), registry: new MemoryRegistry(), now: 1000 };
    const machines = [newMachine("a"), newMachine("b")];
    const remote = world.kinesis.open("prices");
    const appender = openRemoteAppender({ remote, clock: systemClock, sleep: async () => {} });
    const put = async (from: number, to: number): Promise<void> => {
      for (let n = from; n < to; n += 1) {
        const key = n % 5;
        await appender.append(toBatch([`${key}:${n}`], { hashes: [key * 2 ** 29] }));
      }
    };
    await put(0, EVENTS / 2);
    let lives = machines.map((one, n) => new Life(one, world, given[n] ?? 50));
    for (const fuse of given.slice(2)) {
      for (let i = 0; i < 40; i += 1) {
        await turn();
      }
      world.now += LEASE_MS / 3;
      lives = lives.map((life, n) => {
        const machine = machines[n];
        return life.dead && machine !== undefined ? new Life(machine, world, fuse) : life;
      });
      world.kinesis.expire();
    }
    if (splits) {
      world.kinesis.split("shardId-000000000000");
    }
    await put(EVENTS / 2, EVENTS);
    await untilAll(machines, world, lives);
    const events = machines.flatMap(({ events: log }) => textsOf(log));
    const letters = machines.flatMap(({ letters: log }) => textsOf(log));
    const numbers = [...events, ...letters].map((text) => Number(text.split(":")[1]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
    await expectBooks(machines, remote);
    for (const { events: log } of machines) {
      for (const key of "01234") {
        const mine = textsOf(log).filter((text) => text.startsWith(`${key}:`));
        const order = mine.map((text) => Number(text.split(":")[1]));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }
  });
  await fc.assert(runs, { numRuns: 60 });
});

/** What each wrote down of it comes to the same, and what is read again is there. */
async function expectBooks(machines: readonly Machine[], remote: RemoteStream): Promise<void> {
  let lines = 0;
  for (const { events, letters, marks } of machines) {
    const openEvents = async (): Promise<StreamReader> => openMemoryReader(events);
    const openLetters = async (): Promise<StreamReader> => openMemoryReader(letters);
    const look = await lookAtTaken({ remote, marks, openEvents, openLetters, again: true });
    const counted = look.runs.reduce((sum, run) => sum + run.events, 0);
    expect(counted).toBe(textsOf(events).length);
    lines += look.runs.reduce((sum, run) => sum + run.events + run.letters, 0);
    expect(look.again.flatMap(({ missing }) => missing)).toEqual([]);
    expect(look.unknown).toEqual([]);
  }
  expect(lines).toBe(EVENTS);
}

/** The last lives: nobody dies any more, and time goes on until everything is there. */
async function untilAll(
  machines: readonly Machine[],
  world: World,
  before: readonly Life[],
): Promise<void> {
  before.forEach((life) => life.die());
  const lives = machines.map((machine) => new Life(machine, world, Number.POSITIVE_INFINITY));
  const count = (): number =>
    machines.reduce(
      (sum, { events, letters }) => sum + textsOf(events).length + textsOf(letters).length,
      0,
    );
  for (let turns = 0; turns < 4000 && count() < EVENTS; turns += 1) {
    await turn();
    world.now += turns % 40 === 0 ? LEASE_MS / 3 : 0;
  }
  // What would come twice has its time to come.
  for (let turns = 0; turns < 100; turns += 1) {
    await turn();
  }
  await Promise.all([...before, ...lives].map((life) => life.pump[Symbol.asyncDispose]()));
}
