/** Which records' transforms run, in a small file: it tells the next process what the one before it ended on. */

import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import type { PoisonedRecord } from "./guard.ts";

/** Records `from` to `to` of a shard. */
export interface Range {
  readonly shard: number;
  readonly from: number;
  readonly to: number;
}

/** Records one of whose transforms ran when the process ended. */
export interface Footprint {
  /** Hash of the plan: another definition's transform is not to blame. */
  readonly plan: string;
  readonly stream: string;
  readonly ranges: readonly Range[];
  /** How many processes have ended on the one record, where it is one. */
  readonly deaths: number;
}

/** A range stands for so many records, so that most transforms cost no call of the system; a note takes some 2 us. */
const STRIDE = 256;
/** Shards that are noted together: frames of several come in turns. */
const RANGES_MAX = 12;
/** A note is written in place by one write, which a process that is ended has made or not. */
const NOTE_BYTES = 1024;
/** Of processes that ended while one record's transform ran: a kill from outside hits another each time. */
const DEATHS_MAX = 3;

/** What a process that ended left; undefined when no transform ran, or nobody knows. */
export function readTrail(path: string, plan: string): Footprint | undefined {
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as Footprint | Record<string, never>;
    const whole =
      found.plan === plan &&
      typeof found.stream === "string" &&
      Number.isSafeInteger(found.deaths) &&
      Array.isArray(found.ranges) &&
      found.ranges.length > 0 &&
      found.ranges.every(isRange);
    return whole ? (found as Footprint) : undefined; // Every member was proved.
  } catch {
    // There is none, or it is not whole: the next death says the same again.
    return undefined;
  }
}

function isRange(given: unknown): given is Range {
  const { shard, from, to } = (given ?? {}) as Partial<Record<keyof Range, unknown>>;
  return [shard, from, to].every((each) => Number.isSafeInteger(each));
}

/** The record that a footprint is of, where it is of one alone. */
function onlyRecord({ ranges }: Footprint): Range | undefined {
  const [range] = ranges;
  return ranges.length === 1 && range?.from === range?.to ? range : undefined;
}

/** What is made of a footprint: the record that is set aside from now on, or where to go on one by one. */
export function judgeTrail(found: Footprint | undefined): {
  readonly poison: PoisonedRecord | undefined;
  readonly suspect: Footprint | undefined;
} {
  const record = found && onlyRecord(found);
  if (found === undefined || record === undefined) {
    return { poison: undefined, suspect: found };
  }
  const deaths = found.deaths + 1;
  if (deaths < DEATHS_MAX) {
    return { poison: undefined, suspect: { ...found, deaths } };
  }
  const { stream } = found;
  const { shard, from: sequence } = record;
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
  #ranges: readonly Range[] = [];
  /** The note is of one record alone, which is suspected. */
  #alone = false;

  constructor(options: TrailOptions) {
    this.#options = options;
    this.#fd = openNote(options.path);
  }

  /** The transform of a record is about to run. */
  step(stream: string, shard: number, sequence: number): void {
    const known = stream === this.#stream && !this.#alone;
    if (known && this.#ranges.some((range) => holds(range, shard, sequence))) {
      return;
    }
    const { suspect } = this.#options;
    const ranges = suspect?.stream === stream ? suspect.ranges : [];
    this.#alone = ranges.some((range) => holds(range, shard, sequence));
    const to = this.#alone ? sequence : lastBefore(ranges, shard, sequence);
    const others = known && !this.#alone ? this.#ranges.filter((one) => one.shard !== shard) : [];
    this.#stream = stream;
    this.#ranges = [...others, { shard, from: sequence, to }].slice(-RANGES_MAX);
    const deaths = this.#alone ? (suspect?.deaths ?? 0) : 0;
    this.#note({ plan: this.#options.plan, stream, ranges: this.#ranges, deaths });
  }

  /** No transform runs any more. A note of many records may stay: it makes the next process careful, and blames nobody. */
  leave(): void {
    if (this.#alone) {
      this.#alone = false;
      this.#ranges = [];
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

function holds({ shard, from, to }: Range, ofShard: number, sequence: number): boolean {
  return shard === ofShard && sequence >= from && sequence <= to;
}

/** The last record that one range may stand for: the suspected ones behind it are noted one by one. */
function lastBefore(suspected: readonly Range[], shard: number, sequence: number): number {
  const behind = suspected
    .filter((range) => range.shard === shard && range.from > sequence)
    .map(({ from }) => from - 1);
  return Math.min(sequence + STRIDE - 1, ...behind);
}

/** Undefined where the disk has no room for it. */
function openNote(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch {
    return undefined;
  }
}
