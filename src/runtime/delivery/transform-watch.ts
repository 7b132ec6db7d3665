/** Watches the delivery thread from outside: a transform that does not return is ended with it, and named. */

import type { Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import {
  isSame,
  type MarkedRecord,
  newMark,
  type PoisonedRecord,
  readMark,
  Suspects,
} from "../../stages/delivery/index.ts";

const LOOK_MS = 500;
/** A thread's time is measured by looks, so that a machine that slept, or a process that was stopped, accuses nobody. */
const LOOKS_MAX = Math.ceil(LIMITS.transformMsMax / LOOK_MS);
const SECONDS = LIMITS.transformMsMax / 1000;
/** Under as many nothing is forgotten while the process lives; the journal keeps all. */
const POISONED_MAX = 10_000;

export class TransformWatch {
  readonly mark = newMark();
  readonly #cells = new Int32Array(this.mark);
  readonly #suspects = new Suspects();
  #poisoned: readonly PoisonedRecord[];
  #hung = false;

  /** With what is known from processes before this one. */
  constructor(poisoned: readonly PoisonedRecord[] = []) {
    this.#poisoned = poisoned;
  }

  /** What the next life must pass over. */
  get poisoned(): readonly PoisonedRecord[] {
    return this.#poisoned;
  }

  /** A thread begins, which `terminate` ends when a transform hangs; gives what to call when it has ended. */
  begin(terminate: () => void): () => void {
    this.#cells.fill(0);
    this.#hung = false;
    let last: MarkedRecord | undefined;
    let looks = 0;
    const timer = setInterval(() => {
      const now = readMark(this.#cells);
      looks = now !== undefined && isSame(now, last) ? looks + 1 : 0;
      last = now;
      if (looks >= LOOKS_MAX && !this.#hung) {
        this.#hung = true;
        terminate();
      }
    }, LOOK_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** The thread has ended. What it ended on, for people; undefined where no transform ran. */
  end(logs: readonly { readonly stream: string }[], fault: Fault): string | undefined {
    const record = readMark(this.#cells);
    const stream = record && logs[record.stream]?.stream;
    if (record === undefined || stream === undefined) {
      return undefined;
    }
    const { shard, sequence } = record;
    const says = this.#hung
      ? `The transform did not return within ${SECONDS} s, so that its thread was ended.`
      : `The transform ended its thread: ${String(fault.facts["cause"])}`;
    const poison = this.#suspects.note(record);
    if (poison) {
      this.#poisoned = [...this.#poisoned, { stream, shard, sequence, says }].slice(-POISONED_MAX);
    }
    const next = poison ? "it is set aside" : "it is tried once more";
    return `${says} It was on number ${sequence} of shard ${shard} of ${stream}; ${next}`;
  }
}
