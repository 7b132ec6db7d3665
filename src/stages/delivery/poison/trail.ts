/** Which records' transforms run, in a small file: it tells the next process what the one before it ended on. */

import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import type { PoisonedRecord } from "./guard.ts";

/** Records `from` to `to` of a shard, one of whose transforms ran when the process ended. */
export interface Footprint {
  /** Hash of the plan: another definition's transform is not to blame. */
  readonly plan: string;
  readonly stream: string;
  readonly shard: number;
  readonly from: number;
  readonly to: number;
  /** How many processes have ended on the one record, where it is one. */
  readonly deaths: number;
}

/** One note stands for so many records, so that most transforms cost no call of the system; some 2 us a note. */
const STRIDE = 256;
/** A note is written in place by one write, which a process that is ended has made or not. */
const NOTE_BYTES = 512;
/** Of processes that ended while one record's transform ran: a kill from outside hits another each time. */
const DEATHS_MAX = 3;

/** What a process that ended left; undefined when no transform ran, or nobody knows. */
export function readTrail(path: string, plan: string): Footprint | undefined {
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as Footprint | Record<string, never>;
    const { stream, shard, from, to, deaths } = found;
    const numbers = [shard, from, to, deaths].every((each) => Number.isSafeInteger(each));
    return found.plan === plan && typeof stream === "string" && numbers
      ? (found as Footprint)
      : undefined;
  } catch {
    // There is none, or it is not whole: the next death says the same again.
    return undefined;
  }
}

/** What is made of a footprint: the record that is set aside from now on, or where to go on one by one. */
export function judgeTrail(found: Footprint | undefined): {
  readonly poison: PoisonedRecord | undefined;
  readonly suspect: Footprint | undefined;
} {
  if (found === undefined || found.from !== found.to) {
    return { poison: undefined, suspect: found };
  }
  const deaths = found.deaths + 1;
  if (deaths < DEATHS_MAX) {
    return { poison: undefined, suspect: { ...found, deaths } };
  }
  const { stream, shard, from: sequence } = found;
  const says = `The transform ended the whole process: ${deaths} processes ended while it ran on this record.`;
  return { poison: { stream, shard, sequence, says }, suspect: undefined };
}

export interface TrailOptions {
  readonly path: string;
  readonly plan: string;
  /** Records that are noted one by one, since the last process ended on one of them. */
  readonly suspect: Footprint | undefined;
}

export class Trail implements Disposable {
  readonly #options: TrailOptions;
  readonly #fd: number | undefined;
  readonly #bytes = Buffer.alloc(NOTE_BYTES, " ");
  #stream = "";
  #shard = -1;
  #from = 0;
  #to = -1;

  constructor(options: TrailOptions) {
    this.#options = options;
    this.#fd = openNote(options.path);
  }

  /** The transform of a record is about to run. */
  step(stream: string, shard: number, sequence: number): void {
    const known = shard === this.#shard && sequence >= this.#from && sequence <= this.#to;
    if (known && stream === this.#stream) {
      return;
    }
    const { suspect } = this.#options;
    const alone =
      suspect?.stream === stream &&
      suspect.shard === shard &&
      sequence >= suspect.from &&
      sequence <= suspect.to;
    [this.#stream, this.#shard, this.#from] = [stream, shard, sequence];
    this.#to = alone ? sequence : sequence + STRIDE - 1;
    if (!alone && suspect?.stream === stream && suspect.shard === shard) {
      // Up to where one by one begins.
      this.#to = sequence < suspect.from ? Math.min(this.#to, suspect.from - 1) : this.#to;
    }
    const deaths = alone && suspect.from === suspect.to ? suspect.deaths : 0;
    this.#note({ plan: this.#options.plan, stream, shard, from: sequence, to: this.#to, deaths });
  }

  /** No transform runs any more. A note of many records may stay: it makes the next process careful, and blames nobody. */
  leave(): void {
    if (this.#from === this.#to) {
      this.#to = -1;
      this.#note({});
    }
  }

  /** Ended as it should: nothing is to blame. */
  [Symbol.dispose](): void {
    if (this.#fd !== undefined) {
      closeSync(this.#fd);
      rmSync(this.#options.path, { force: true });
    }
  }

  #note(footprint: Footprint | Record<string, never>): void {
    if (this.#fd !== undefined) {
      this.#bytes.fill(" ");
      this.#bytes.write(JSON.stringify(footprint));
      try {
        writeSync(this.#fd, this.#bytes, 0, NOTE_BYTES, 0);
      } catch {
        // Without it the next process knows less; what delivers goes on.
      }
    }
  }
}

/** Undefined where the disk has no room for it. */
function openNote(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch {
    return undefined;
  }
}
