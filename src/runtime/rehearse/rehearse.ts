/** Runs a pipeline in a folder of its own on a sample, so that a forecast stands on sizes that were measured. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { isEngineStream } from "../../base/record.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import { openLake } from "../../stages/lake/index.ts";
import { dataPaths } from "../data-folder.ts";
import { openFront } from "../front.ts";
import { sleep } from "../sleep.ts";
import { startPipeline, type Started } from "../start.ts";
import { measureStream, type Measured } from "./measure.ts";

export interface RehearseOptions {
  readonly pipeline: string;
  /** Sends the sample to the pipeline that answers at `url`; left out, the pipeline's own sources bring one. */
  readonly send: ((url: string) => Promise<void>) | undefined;
  /** How many events its own sources may bring, and how long that may take. */
  readonly eventsMax: number;
  readonly sourcesMsMax: number;
  readonly told: (line: string) => void;
}

const DRAIN_MS = 120_000;
const LOOK_MS = 100;

/** What each stream with events measured. Throws what `startPipeline` throws, and REHEARSAL_EMPTY. */
export async function rehearse(options: RehearseOptions): Promise<readonly Measured[]> {
  const plan = await loadPlan(options.pipeline);
  const data = mkdtempSync(join(tmpdir(), "millrace-rehearsal-"));
  try {
    const rejected = await runOnce(options, data);
    const paths = dataPaths(data);
    await using front = await openFront({ plan, paths, clock: systemClock });
    await using lake = await openLake({ place: paths.lake, writes: false });
    const measured: Measured[] = [];
    for (const stream of plan.streams.filter(({ name }) => !isEngineStream(name))) {
      await using reader = await front.reader(stream.name);
      const found = await measureStream({ stream, reader, lake });
      measured.push(...(found === undefined ? [] : [found]));
    }
    if (measured.length === 0) {
      throw new Fault("REHEARSAL_EMPTY", { pipeline: plan.name, rejected });
    }
    return measured;
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** How many events were set aside at the door. */
async function runOnce(options: RehearseOptions, data: string): Promise<number> {
  const { pipeline, send, told } = options;
  const started = await startPipeline({
    pipeline,
    data,
    port: 0,
    host: "127.0.0.1",
    sources: send === undefined,
    insecureHost: false,
    aws: { anonymous: false, keys: undefined },
    log: told,
  });
  try {
    await (send === undefined ? waitForSources(started, options) : send(started.url));
    await fetch(`${started.url}/v1/drain`, {
      method: "POST",
      body: JSON.stringify({ timeout_ms: DRAIN_MS }),
      signal: AbortSignal.timeout(DRAIN_MS + 10_000),
    });
    return started.status().gateway.rejected;
  } finally {
    await started.stop();
  }
}

async function waitForSources(started: Started, options: RehearseOptions): Promise<void> {
  const until = Date.now() + options.sourcesMsMax;
  const never = new AbortController().signal;
  while (Date.now() < until) {
    const { gateway, sources } = started.status();
    const over = sources.every(({ state }) => state === "done" || state === "failed");
    if (gateway.accepted >= options.eventsMax || over) {
      return;
    }
    await sleep(LOOK_MS, never);
  }
}
