/** A door with a real check before a log in memory, for tests of sources. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect } from "vitest";
import { z } from "zod";
import type { DeadLetter } from "../../base/dead-letter.ts";
import type { PipelineDefinition } from "../../define/pipeline.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { SourcePlan } from "../../plan/sources/source-plan.ts";
import type { Appender } from "../../seams/append.ts";
import { openMemoryLog, type MemoryLog } from "../../testing/memory/append.ts";
import { openChecker } from "../check/index.ts";
import { openIngest } from "../gateway/index.ts";
import { HeldTime } from "./held-time.fixture.ts";
import { openSources, STOP_MS, type Sources } from "./open-sources.ts";

const NUMBERS = { name: "t", streams: { numbers: { schema: z.object({ n: z.int() }) } } };

/** `refuse` faults come before anything is stored. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), "millrace-sources-"));
  readonly time = new HeldTime();
  readonly log: MemoryLog = openMemoryLog();
  readonly letters: MemoryLog = openMemoryLog();
  readonly refuse: unknown[] = [];
  env: Readonly<Record<string, string>> = {};
  holding: Promise<void> | undefined;
  readonly #definition: PipelineDefinition;
  #opened: Sources | undefined;
  #ids = 0;

  constructor(definition: PipelineDefinition) {
    this.#definition = definition;
  }

  /** Starts the sources of the definition, or those given. */
  open(definitions?: Readonly<Record<string, SourcePlan>>, run = true): Sources {
    const { clock, sleep } = this.time;
    const plan = planPipeline(this.#definition, join(this.folder, "pipeline.ts"));
    const appender: Appender = {
      append: async (records) => {
        await this.holding;
        const refusal = this.refuse.shift();
        if (refusal !== undefined) {
          throw refusal;
        }
        return await this.log.append(records);
      },
    };
    const newId = (): string => `id-${(this.#ids += 1)}`;
    const streams = new Map(
      plan.streams.map((stream) => [stream.name, { checker: openChecker(stream), appender }]),
    );
    const ingest = openIngest({ streams, deadLetters: this.letters, clock, newId });
    const path = join(this.folder, "sources.sqlite");
    const means = { ingest, clock, sleep, newId, path, random: () => 1, env: this.env };
    this.#opened = openSources({ ...means, definitions: definitions ?? plan.sources, run });
    return this.#opened;
  }

  get records(): string[] {
    return this.log.frames.flatMap(({ records }) => records.map(String));
  }

  get deadLetters(): DeadLetter[] {
    return this.letters.frames.flatMap(({ records }) =>
      records.map((record) => JSON.parse(String(record)) as DeadLetter),
    );
  }

  /** Ends this life; the folder stays. */
  async stop(): Promise<void> {
    const stopped = this.#opened?.stop();
    this.time.advance(STOP_MS);
    await stopped;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const UNTIL_MS = 15_000;
const worlds: World[] = [];

export function openWorld(definition: PipelineDefinition = NUMBERS): World {
  const world = new World(definition);
  worlds.push(world);
  return world;
}

/** To be called once by each file of tests. */
export function closeWorlds(): void {
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.close()));
  });
}

/** Turns of the event loop until something holds; the time is a bound for what reads a disk, not a measure. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + UNTIL_MS;
  while (!holds() && Date.now() < end) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(holds()).toBe(true);
}
