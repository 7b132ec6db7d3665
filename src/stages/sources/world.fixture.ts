/** A door for the sources' tests: a real check before logs in memory, in time that stands still. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { defined } from "../../base/assert.ts";
import type { SourceBatch, SourceContext, SourceDefinition } from "../../define/source.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { Appender } from "../../seams/append.ts";
import { openMemoryLog, type MemoryLog } from "../../testing/memory/append.ts";
import { openChecker } from "../check/index.ts";
import { openIngest } from "../gateway/index.ts";
import { HeldTime } from "./held-time.fixture.ts";
import { openSources, STOP_MS, type Sources } from "./open-sources.ts";

const schema = z.object({ n: z.int() });
const plan = planPipeline({ name: "t", streams: { numbers: { schema } } }, "/x/pipeline.ts");
const stream = defined(plan.streams[0], "one stream is planned");

/** A door with a real check before a log in memory; `refuse` faults come before anything is stored. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), "millrace-sources-"));
  readonly time = new HeldTime();
  readonly log: MemoryLog = openMemoryLog();
  readonly letters: MemoryLog = openMemoryLog();
  readonly refuse: unknown[] = [];
  holding: Promise<void> | undefined;
  #opened: Sources | undefined;
  #ids = 0;

  open(definitions: Readonly<Record<string, SourceDefinition>>, run = true): Sources {
    const { clock, sleep } = this.time;
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
    const streams = new Map([[stream.name, { checker: openChecker(stream), appender }]]);
    const ingest = openIngest({ streams, deadLetters: this.letters, clock, newId });
    const path = join(this.folder, "sources.sqlite");
    const means = { ingest, clock, sleep, newId, path, random: () => 1 };
    this.#opened = openSources({ ...means, definitions, run });
    return this.#opened;
  }

  get records(): string[] {
    return this.log.frames.flatMap(({ records }) => records.map(String));
  }

  async close(): Promise<void> {
    const stopped = this.#opened?.stop();
    this.time.advance(STOP_MS);
    await stopped;
    rmSync(this.folder, { recursive: true });
  }
}

export function batch(n: number): SourceBatch {
  return { body: `{"n":${n}}\n`, format: "ndjson", checkpoint: String(n) };
}

export async function* countTo(
  last: number,
  { checkpoint }: SourceContext,
): AsyncGenerator<SourceBatch> {
  for (let n = Number(checkpoint ?? 0) + 1; n <= last; n += 1) {
    yield batch(n);
  }
}
