/** Machines that read one stream and die at any step, for tests: what outlives them, and a registry in memory. */

import { setImmediate as turn } from "node:timers/promises";
import { Fault } from "../../../base/faults.ts";
import { toInstant } from "../../../base/clock.ts";
import type { Registry } from "../../../seams/registry.ts";
import { toBatch } from "../../../testing/conformance/append.ts";
import { type MemoryLog, openMemoryLog } from "../../../testing/memory/append.ts";
import { openMemoryReader } from "../../../testing/memory/consume.ts";
import { readTestament } from "./heirs/fence.ts";
import { Intake } from "./intake.ts";
import type { FakeKinesis } from "./kinesis.fixture.ts";
import { LeaseBook } from "./lease-book.ts";
import { type Marks, openMarks } from "./marks.ts";
import { originText, sequenceText } from "./place.ts";
import { type Pump, startPump } from "./pump.ts";

/** A registry that others wrote nothing of: the one in the lake is proved by its own suite. */
export class MemoryRegistry implements Registry {
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
export interface Machine {
  readonly me: string;
  readonly events: MemoryLog;
  readonly letters: MemoryLog;
  readonly marks: Marks;
}

export interface World {
  readonly kinesis: FakeKinesis;
  readonly registry: Registry;
  now: number;
}

export const LEASE_MS = 1000;

/** One life of a machine that dies at its `fuse`-th step: nothing of it happens any more from then on. */
export class Life {
  readonly pump: Pump;
  /** Whether it was told that another has taken over. */
  fenced = false;
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
    const about = {
      testament: async (reader: string) => await readTestament(registry, "prices", reader),
      fenced: () => {
        this.fenced = true;
      },
      log: unheard,
    };
    this.pump = startPump({ remote, book, intake, marks, clock, sleep, ...about, ...waits });
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

export function newMachine(me: string): Machine {
  const logs = { events: openMemoryLog({ shards: 1 }), letters: openMemoryLog({ shards: 1 }) };
  return { me, ...logs, marks: openMarks(":memory:") };
}

export function textsOf(log: MemoryLog): string[] {
  return log.frames.flatMap(({ records }) => records.map((record) => record.toString()));
}
