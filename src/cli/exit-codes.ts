/** The exit codes of every command, and which one a failure means. */

import { Fault } from "../base/faults.ts";
import { Refusal } from "./reach/refusal.ts";

export const EXIT = {
  ok: 0,
  /** The question was answered, and the answer is no: books not balanced, not drained in time, no such event. */
  no: 1,
  usage: 2,
  /** Nothing answers where the pipeline should be. */
  unreachable: 3,
  failed: 4,
  /** Stopped by a signal, as shells write it for SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  USAGE: EXIT.usage,
  KEY_INVALID: EXIT.usage,
  NOT_RUNNING: EXIT.unreachable,
  DRAIN_TIMEOUT: EXIT.no,
  EVENT_UNKNOWN: EXIT.no,
  DEAD_LETTER_UNKNOWN: EXIT.no,
};

/** The exit code that something thrown means. */
export function exitCodeOf(thrown: unknown): ExitCode {
  const known = thrown instanceof Fault || thrown instanceof Refusal;
  return (known ? BY_CODE[thrown.code] : undefined) ?? EXIT.failed;
}
