/** The delivery thread: one delivery per stream, the lake, and the journal they share. */

import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { defined } from "../../base/assert.ts";
import { systemClock } from "../../base/clock.ts";
import { toFault } from "../../base/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import {
  BlockPool,
  type Delivery,
  openCutJournal,
  openDelivery,
  openGuard,
  readPoisoned,
  Trail,
} from "../../stages/delivery/index.ts";
import { openLake } from "../../stages/lake/index.ts";
import { openStreamReader } from "../../stages/stream/index.ts";
import { keepCompiled } from "../lives/keep-compiled.ts";
import { loadSamePlan } from "../lives/same-plan.ts";
import { sleep } from "../sleep.ts";
import type { DeliveryAssignment, FromDelivery, ToDelivery } from "./messages.ts";

const PROGRESS_MS = 200;
/** Blocks of objects in the making that are kept for the next ones, over all streams. */
const POOL_BYTES = 67_108_864;

const port = defined(parentPort ?? undefined, "this file runs as a worker thread");
const assignment = workerData as DeliveryAssignment;

try {
  await run();
} catch (thrown) {
  const fault = toFault(thrown, "DELIVERY_STOPPED");
  say({ kind: "refused", code: fault.code, facts: fault.facts });
}

async function run(): Promise<void> {
  await using opening = new AsyncDisposableStack();
  const plan = await loadSamePlan(assignment, "DELIVERY_STOPPED");
  keepCompiled();
  const deliveries = await openAll(plan, opening);
  const stop = Promise.withResolvers<void>();
  const onMessage = (message: ToDelivery): void => {
    if (message.kind === "stop") {
      stop.resolve();
    } else {
      void flush(message.id, deliveries);
    }
  };
  port.on("message", onMessage);
  const timer = setInterval(() => tellProgress(deliveries), PROGRESS_MS);
  tellProgress(deliveries);
  say({ kind: "ready" });
  await stop.promise;
  clearInterval(timer);
  port.off("message", onMessage);
  await opening.disposeAsync();
  tellProgress(deliveries);
}

async function openAll(
  plan: Plan,
  opening: AsyncDisposableStack,
): Promise<ReadonlyMap<string, Delivery>> {
  const lake = opening.use(await openLake({ place: assignment.lake, writes: true }));
  const journal = opening.use(openCutJournal(assignment.journal));
  const { poisoned } = assignment;
  poisoned.forEach((record) => journal.poison(plan.hash, record));
  const cells = new Int32Array(assignment.mark);
  const { trail: path, suspect } = assignment;
  const trail = opening.use(new Trail({ path, plan: plan.hash, suspect }));
  const pool = new BlockPool(POOL_BYTES);
  const deliveries = new Map<string, Delivery>();
  for (const [place, log] of assignment.logs.entries()) {
    const stream = plan.streams.find(({ name }) => name === log.stream);
    const reader = opening.use(await openStreamReader(log));
    const delivery = openDelivery({
      pipeline: plan.name,
      planHash: plan.hash,
      stream: defined(stream, "both plans have the same streams"),
      reader,
      store: lake.store,
      announcements: lake.announcements,
      journal,
      clock: systemClock,
      random: Math.random,
      uuid: randomUUID,
      sleep,
      pool,
      guard: openGuard({
        poisoned: readPoisoned(assignment.journal, { hash: plan.hash, stream: log.stream }),
        mark: { cells, stream: place },
        trail: {
          step: (shard, sequence) => trail.step(log.stream, shard, sequence),
          leave: () => trail.leave(),
        },
      }),
      announced: (name, cut) => {
        tellProgress(deliveries);
        say({ kind: "announced", stream: name, cut });
      },
    });
    deliveries.set(log.stream, opening.use(delivery));
  }
  return deliveries;
}

async function flush(id: number, deliveries: ReadonlyMap<string, Delivery>): Promise<void> {
  const flushed = [...deliveries.values()].map((delivery) => delivery.flush());
  const delivered = await Promise.all(flushed).then(
    (all) => all.every(Boolean),
    () => false,
  );
  tellProgress(deliveries);
  say({ kind: "flushed", id, delivered });
}

function tellProgress(deliveries: ReadonlyMap<string, Delivery>): void {
  const streams = [...deliveries].map(([stream, delivery]) => ({
    stream,
    meter: delivery.meter(),
    delivered: delivery.delivered(),
  }));
  say({ kind: "progress", streams });
}

function say(message: FromDelivery): void {
  port.postMessage(message);
}
