/** How many bytes are accepted and not yet rows? Told from samples of the log's two counters. */

interface Sample {
  /** Records and bytes the log had made durable by then. */
  readonly records: number;
  readonly bytes: number;
}

/** Four a second fill this in a quarter of an hour; then every second one goes, and between two a line is drawn. */
const SAMPLES_MAX = 4096;

export class BacklogMeter {
  #samples: Sample[] = [];

  /** Notes the log's counters; samples that `arrived` records cover are forgotten. */
  bytes(now: Sample, arrived: number): number {
    const last = this.#samples.at(-1);
    if (last === undefined || last.records < now.records) {
      this.#samples.push(now);
    }
    const covered = this.#samples.findLastIndex(({ records }) => records <= arrived);
    // The newest one that is covered stays: from it on the line to the next one is drawn.
    this.#samples.splice(0, Math.max(0, covered));
    if (this.#samples.length > SAMPLES_MAX) {
      this.#samples = this.#samples.filter((_sample, index) => index % 2 === 0);
    }
    return Math.max(0, now.bytes - this.#bytesAt(arrived));
  }

  #bytesAt(records: number): number {
    const next = this.#samples.find((sample) => sample.records > records);
    if (next === undefined) {
      return this.#samples.at(-1)?.bytes ?? 0;
    }
    const before = this.#samples.findLast((sample) => sample.records <= records) ?? NOTHING;
    const share = (records - before.records) / (next.records - before.records);
    return before.bytes + share * (next.bytes - before.bytes);
  }
}

const NOTHING: Sample = { records: 0, bytes: 0 };
