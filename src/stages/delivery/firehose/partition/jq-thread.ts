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

/**
 * JQ takes its input byte by byte, each time by `slice(1)`: a copy of all that is left, so that 100 kB took four seconds
 * and 200 kB more than a query is given. As a view it takes a time that grows with the input alone.
 */
class Input extends Uint8Array {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end);
  }
}

/** Nothing else in this thread makes bytes of text. */
globalThis.TextEncoder = class extends TextEncoder {
  override encode(text?: string): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = super.encode(text);
    return new Input(buffer, byteOffset, byteLength);
  }
};

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
