/** The thread that JQ runs in: one query over many records, one line of answer per record. */

import { parentPort } from "node:worker_threads";
import { raw } from "jq-wasm";
import { defined } from "../../../../base/assert.ts";
import { causeOf } from "../../../../base/faults.ts";

export interface ToJq {
  readonly id: number;
  readonly query: string;
  /** JSON values, one a line. */
  readonly lines: string;
}

export interface FromJq {
  readonly id: number;
  /** A line per value: `[{"v":…}]`, `[{"e":"why"}]`, or `[]` where the query gave nothing. */
  readonly lines?: string;
  /** The query itself is wrong. */
  readonly problem?: string;
}

const port = defined(parentPort ?? undefined, "this file runs as a worker thread");

port.on("message", ({ id, query, lines }: ToJq) => {
  const guarded = `[limit(1; try {v:(${query}\n)} catch {e:tostring})]`;
  raw(lines, guarded, ["-c"]).then(
    (answer) => say({ id, lines: answer }),
    (thrown: unknown) => say({ id, problem: causeOf(thrown) }),
  );
});

function say(message: FromJq): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port is no window
  port.postMessage(message);
}
