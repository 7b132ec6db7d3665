/** The thread of the client under measurement: takes an order, sends, tells what it saw, and ends. */

import { parentPort, workerData } from "node:worker_threads";
import { type LoadOrder, runLoad } from "./load.ts";

const result = await runLoad(workerData as LoadOrder);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's, this is a thread's
parentPort?.postMessage(result);
