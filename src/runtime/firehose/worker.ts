/** The thread that works delivery streams: one run per stream, over the lake and a journal that they share. */

import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { defined } from "../../base/assert.ts";
import { systemClock } from "../../base/clock.ts";
import { toFault } from "../../base/faults.ts";
import {
  openJq,
  openObjectJournal,
  StreamRun,
  Turnstile,
} from "../../stages/delivery/firehose/index.ts";
import { openLake } from "../../stages/lake/index.ts";
import { openNumbering, openStreamReader } from "../../stages/stream/index.ts";
import { sleep } from "../sleep.ts";
import type { FirehoseAssignment, FromFirehose, Serving, ToFirehose } from "./messages.ts";

const PROGRESS_MS = 500;
/** Records of cuts in the making, over all streams. */
const CUTS_BYTES_MAX = 268_435_456;

const port = defined(parentPort ?? undefined, "this file runs as a worker thread");
const assignment = workerData as FirehoseAssignment;

/** A stream being worked, and what it was told. */
interface Served extends AsyncDisposable {
  readonly told: string;
  readonly run: StreamRun;
}

try {
  await work();
} catch (thrown) {
  const fault = toFault(thrown, "DELIVERY_STOPPED");
  say({ kind: "refused", code: fault.code, facts: fault.facts });
}

async function work(): Promise<void> {
  await using opening = new AsyncDisposableStack();
  // The delivery thread owns the lake's scratch; here objects are only put.
  const lake = opening.use(await openLake({ place: assignment.lake, writes: false }));
  const journal = opening.use(openObjectJournal(assignment.journal));
  const jq = opening.use(openJq());
  const means = { store: lake.store, journal, jq, turnstile: new Turnstile(CUTS_BYTES_MAX) };
  const served = new Map<string, Served>();
  opening.defer(async () => {
    await Promise.all([...served.values()].map((one) => one[Symbol.asyncDispose]()));
  });
  const stop = Promise.withResolvers<void>();
  let turn = Promise.resolve();
  const onMessage = (message: ToFirehose): void => {
    if (message.kind === "stop") {
      stop.resolve();
      return;
    }
    turn = turn
      .then(() => serve(message, served, means))
      .then(
        () => say({ kind: "served", id: message.id }),
        (thrown: unknown) => stop.reject(toFault(thrown, "DELIVERY_STOPPED")),
      );
  };
  port.on("message", onMessage);
  const timer = setInterval(() => tellProgress(served), PROGRESS_MS);
  say({ kind: "ready" });
  try {
    await stop.promise;
  } finally {
    clearInterval(timer);
    port.off("message", onMessage);
    await turn;
  }
}

type Means = Pick<
  ConstructorParameters<typeof StreamRun>[0],
  "store" | "journal" | "jq" | "turnstile"
>;

/** Ends what is no longer wanted or was changed, forgets what is deleted, then begins what is new. */
async function serve(
  { streams: wanted, gone }: Serving,
  served: Map<string, Served>,
  means: Means,
): Promise<void> {
  const told = new Map(wanted.map((one) => [one.plan.id, JSON.stringify(one.plan)]));
  for (const [id, one] of served) {
    if (told.get(id) !== one.told) {
      served.delete(id);
      await one[Symbol.asyncDispose]();
    }
  }
  gone.forEach((id) => means.journal.forget(id));
  for (const { plan, log } of wanted) {
    if (!served.has(plan.id)) {
      const reader = await openStreamReader(log);
      const run = new StreamRun({
        ...means,
        plan,
        reader,
        clock: systemClock,
        random: Math.random,
        uuid: randomUUID,
        numbering: plan.sourceArn === undefined ? undefined : openNumbering(log),
        sleep,
        delivered: () => tellProgress(served),
      });
      served.set(plan.id, {
        told: JSON.stringify(plan),
        run,
        [Symbol.asyncDispose]: async () => {
          await run[Symbol.asyncDispose]();
          await reader[Symbol.asyncDispose]();
        },
      });
    }
  }
}

function tellProgress(served: ReadonlyMap<string, Served>): void {
  const streams = [...served].map(([id, { run }]) => ({ id, progress: run.progress() }));
  say({ kind: "progress", streams });
}

function say(message: FromFirehose): void {
  port.postMessage(message);
}
