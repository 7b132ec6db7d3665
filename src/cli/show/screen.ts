/** Where output goes: a terminal, a file or a pipe that may close at any time. */

import type { Writable } from "node:stream";
import { Fault } from "../../base/faults.ts";

export interface Screen {
  readonly isTTY: boolean;
  /** Width in characters. */
  readonly columns: number;
  readonly rows: number;
  /** Resolves when more may be written. Throws OutputClosed once nobody reads any more. */
  write(text: string): Promise<void>;
}

/** The reader of our output has gone, as `| head` does: a reason to stop, not a failure. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

interface TerminalStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export function openScreen(stream: TerminalStream): Screen {
  let failure: Error | undefined;
  // Without a listener the first write after the reader has gone would end the process with a stack trace.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    const gone = error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED";
    failure ??= gone ? new OutputClosed() : new Fault("OUTPUT_FAILED", { cause: error.message });
  });
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    write: async (text) => {
      if (failure !== undefined) {
        throw failure;
      }
      if (!stream.write(text)) {
        await untilWritable(stream);
      }
      if (failure !== undefined) {
        throw failure;
      }
    },
  };
}

/** The reader sets the pace, so this wait has no time-out of its own: a pager may be left open overnight. */
function untilWritable(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("error", done);
      stream.off("close", done);
      resolve();
    };
    stream.on("drain", done);
    stream.on("error", done);
    stream.on("close", done);
  });
}
