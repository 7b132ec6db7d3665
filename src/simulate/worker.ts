/** A thread that runs the seeds it is given, one after the other. */

import { parentPort, workerData } from "node:worker_threads";
import { defined } from "../base/assert.ts";
import { toFault } from "../base/faults.ts";
import { loadPlan } from "../plan/load-plan.ts";
import { BooksDesk } from "./check/books.ts";
import type { FromWorker, WorkerAssignment } from "./messages.ts";
import { runSeed } from "./run.ts";

const port = defined(parentPort ?? undefined, "this file runs as a worker thread");
const { file, hours } = workerData as WorkerAssignment;

try {
  const plan = await loadPlan(file);
  const desk = await BooksDesk.open(plan);
  port.on("message", (seed: number) => {
    void runSeed({ plan, seed, desk, hours }).then(
      (result) => say({ kind: "result", result }),
      (thrown: unknown) => refuse(thrown),
    );
  });
  say({ kind: "ready" });
} catch (thrown) {
  refuse(thrown);
}

function refuse(thrown: unknown): void {
  const { code, facts } = toFault(thrown, "INTERNAL");
  say({ kind: "refused", code, facts });
}

function say(message: FromWorker): void {
  port.postMessage(message);
}
