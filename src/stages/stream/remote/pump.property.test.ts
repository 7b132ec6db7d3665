/** Several processes over one stream, each killed anywhere: every record is in one log, once, in its key's order. */

import * as fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Fault } from "../../../base/faults.ts";
import { systemClock, toInstant } from "../../../base/clock.ts";
import type { StreamReader } from "../../../seams/consume.ts";
import type { Registry } from "../../../seams/registry.ts";
import { toBatch } from "../../../testing/conformance/append.ts";
import { type MemoryLog, openMemoryLog } from "../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../testing/memory/consume.ts";
import { openRemoteAppender } from "./appender.ts";
import type { RemoteStream } from "./client.ts";
import { Intake } from "./intake.ts";
import { FakeKinesis } from "./kinesis.fixture.ts";
import { LeaseBook } from "./lease-book.ts";
import { type Marks, openMarks } from "./marks.ts";
import { originText, sequenceText } from "./place.ts";
import { type Pump, startPump } from "./pump.ts";
import { lookAtTaken } from "./taken/look-at-taken.ts";

/** A registry that others wrote nothing of: the one in the lake is proved by its own suite. */
class MemoryRegistry implements Registry {
  readonly #entries = new Map<string, { version: number; text: string }>();

  async read(name: string): ReturnType<Registry["read"]> {
    return this.#entries.get(name);
  }

  async names(prefix: string): Promise<readonly string[]> {
    return [...this.#entries.keys()].filter((name) => name.startsWith(prefix));
  }

  async write(name: string, text: string, version: number): Promise<boolean> {
    if ((this.#entries.get(name)?.version ?? 0) !== version) {
      return false;
    }
    this.#entries.set(name, { version: version + 1, text });
    return true;
  }
}

/** What outlives a process: its logs and its marks. */
interface Machine {
  readonly me: string;
  readonly events: MemoryLog;
  readonly letters: MemoryLog;
  readonly marks: Marks;
}

interface World {
  readonly kinesis: FakeKinesis;
  readonly registry: Registry;
  now: number;
}

const LEASE_MS = 1000;

/** One life of a machine that dies at its `fuse`-th step: nothing of it happens any more from then on. */
class Life {
  readonly pump: Pump;
  #dead = false;
  #fuse: number;

  constructor(machine: Machine, world: World, fuse: number) {
    this.#fuse = fuse;
    const { me, events, letters, marks } = machine;
    const step = async (): Promise<void> => await this.#step();
    const clock = { now: () => toInstant(world.now) };
    const registry: Registry = {
      read: async (name) => await this.#stepping(() => world.registry.read(name)),
      names: async (prefix) => await this.#stepping(() => world.registry.names(prefix)),
      // It may die just before, or just after the write that it will never hear of.
      write: async (name, text, version) => {
        const wrote = await this.#stepping(() => world.registry.write(name, text, version));
        await step();
        return wrote;
      },
    };
    const intake = new Intake({
      stream: "prices",
      marks: { ...marks, write: (...mark) => this.#ifAlive(() => marks.write(...mark)) },
      keep: async ({ shard, records, kept }) => {
        for (const { sequence, data } of records) {
          for (const [line, text] of data.toString().split("\n").entries()) {
            const name = sequenceText(sequence, line);
            const origin = originText({ stream: "prices", shard, name });
            if (!kept.has(origin)) {
              await step();
              // Every tenth is set aside.
              const log = text.endsWith("9") ? letters : events;
              await log.append(toBatch([text], { keys: [origin], hashes: [0] }));
            }
          }
        }
        await step();
        const lines = records.flatMap(({ data }) => data.toString().split("\n"));
        const aside = lines.filter((text) => text.endsWith("9")).length;
        return { events: lines.length - aside, letters: aside };
      },
      openEvents: async () => openMemoryReader(events),
      openLetters: async () => openMemoryReader(letters),
    });
    const book = new LeaseBook({ registry, stream: "prices", me, clock, leaseMs: LEASE_MS });
    const remote = world.kinesis.open("prices", step);
    const sleep = async (_ms: number, signal: AbortSignal): Promise<void> => {
      await turn();
      if (this.#dead && !signal.aborted) {
        await new Promise((resolve) => {
          signal.addEventListener("abort", resolve);
        });
      }
    };
    const waits = { leaseMs: LEASE_MS, pollMs: 1 };
    this.pump = startPump({ remote, book, intake, marks, clock, sleep, log: unheard, ...waits });
  }

  get dead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
  }

  async #step(): Promise<void> {
    this.#fuse -= 1;
    this.#dead ||= this.#fuse <= 0;
    this.#ifAlive(() => {});
    await turn();
    this.#ifAlive(() => {});
  }

  async #stepping<T>(work: () => Promise<T>): Promise<T> {
    await this.#step();
    return await work();
  }

  #ifAlive(work: () => void): void {
    if (this.#dead) {
      throw new Fault("STREAM_UNREACHABLE", { stream: "prices", cause: "this process is dead" });
    }
    work();
  }
}

function unheard(): void {}

function newMachine(me: string): Machine {
  const logs = { events: openMemoryLog({ shards: 1 }), letters: openMemoryLog({ shards: 1 }) };
  return { me, ...logs, marks: openMarks(":memory:") };
}

function textsOf(log: MemoryLog): string[] {
  return log.frames.flatMap(({ records }) => records.map((record) => record.toString()));
}

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
