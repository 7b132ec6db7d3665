/** stream → books. What was taken of a stream elsewhere, and what a second look at it found. */

/** What was taken of one shard without a gap: behind `from`, up to and with `to`. */
export interface TakenRun {
  readonly shard: string;
  /** A sequence number as the other end counts; undefined is the beginning of the shard. */
  readonly from: string | undefined;
  readonly to: string;
  readonly records: number;
  readonly events: number;
  readonly letters: number;
}

/** Records that were taken last and are still there, read once more. */
export interface ReadAgain {
  readonly shard: string;
  readonly records: number;
  /** Sequence numbers of those that neither the log nor the dead letters hold. */
  readonly missing: readonly string[];
}

export interface SourceTruth {
  readonly runs: readonly TakenRun[];
  readonly again: readonly ReadAgain[];
  /** Of what nothing can be known: a sentence each, without its full stop. */
  readonly unknown: readonly string[];
}
