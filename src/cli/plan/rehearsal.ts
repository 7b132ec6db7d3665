/** Has the pipeline rehearsed on a sample, and turns what was measured into workloads at the rate asked about. */

import type { Workload } from "../../deploy/index.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Surroundings } from "../command.ts";
import { openSender } from "../send/sender.ts";
import { harmless } from "../show/text.ts";

export interface RehearsalOptions {
  readonly rate: number;
  readonly batch: number;
  readonly sample?: readonly string[];
  readonly stream?: string;
}

export interface Rehearsal {
  readonly workloads: readonly Workload[];
}

const EVENTS_MAX = 2000;
const SOURCES_MS_MAX = 10_000;

/** Throws what sending a file throws, and REHEARSAL_EMPTY. */
export async function rehearseFor(
  plan: Plan,
  options: RehearsalOptions,
  around: Surroundings,
): Promise<Rehearsal> {
  const { world, doors } = around;
  const { sample } = options;
  const { rehearse } = await doors.rehearse();
  const stream = options.stream ?? plan.streams[0]?.name ?? "";
  const measured = await rehearse({
    pipeline: plan.file,
    send:
      sample === undefined
        ? undefined
        : (url) => sendSample({ url, stream, files: sample }, around),
    eventsMax: EVENTS_MAX,
    sourcesMsMax: SOURCES_MS_MAX,
    told: (line) => void world.stderr.write(`${harmless(line)}\n`).catch(() => {}),
  });
  const workloads = measured.map(({ events: _events, ...sizes }) => ({
    ...sizes,
    eventsPerSecond: options.rate,
    eventsPerRequest: options.batch,
  }));
  return { workloads };
}

interface Sample {
  readonly url: string;
  readonly stream: string;
  readonly files: readonly string[];
}

async function sendSample({ url, stream, files }: Sample, { world }: Surroundings): Promise<void> {
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => stop.abort());
  const options = { url, inFlight: 1, retryFor: 30 };
  const sender = openSender({ stream, files, options }, { world, base: url, stop });
  const [failure] = await sender.sendAll();
  await sender.line.clear();
  if (failure !== undefined) {
    throw failure;
  }
}
