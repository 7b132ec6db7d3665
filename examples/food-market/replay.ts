/** The made-up history as a source: a burst, so that charts have a past at once, then at the pace of arriving prices. */

import { defineSource, type SourceDefinition } from "millrace";
import { type Generator, openGenerator } from "./generator.ts";

export interface ReplayOptions {
  readonly stream: string;
  readonly markets: number;
  /** Months of the history that come in the burst. */
  readonly burstMonths: number;
  readonly burstPerSecond: number;
  /** The pace after it. */
  readonly perSecond: number;
}

/** A batch this often. */
const BEAT_MS = 250;

/** Ends with the history. Its checkpoint is the number of records sent. */
export function replay(options: ReplayOptions): SourceDefinition {
  const { stream, markets, burstMonths, burstPerSecond, perSecond } = options;
  const burst = markets * burstMonths;
  return defineSource({
    stream,
    title: "Food prices since 2007, made up, replayed",
    async *read({ checkpoint, signal, sleep }) {
      const made: Generator = openGenerator({ markets, dirt: true });
      let at = toPlace(checkpoint, made.records);
      while (at < made.records && !signal.aborted) {
        const rate = at < burst ? burstPerSecond : perSecond;
        const to = Math.min(made.records, at + Math.max(1, Math.round((rate * BEAT_MS) / 1000)));
        yield { body: made.ndjson(at, to), format: "ndjson", checkpoint: String(to) };
        at = to;
        await sleep(BEAT_MS);
      }
    },
  });
}

function toPlace(checkpoint: string | undefined, records: number): number {
  const place = Number(checkpoint ?? 0);
  if (!Number.isSafeInteger(place) || place < 0 || place > records) {
    throw new RangeError(`The checkpoint ${checkpoint} is no place in ${records} records.`);
  }
  return place;
}
