/** The ids of a body's records, and an Idempotency-Key as it is sent. Pure. */

import { Fault } from "../../../base/faults.ts";
import { LIMITS } from "../../../base/limits.ts";
import type { RecordBatch } from "../../../seams/append.ts";
import type { IdTexts, Verdict } from "../../../seams/check.ts";
import { idStrings, toIdTexts } from "./arrival.ts";

/** Accepted records with the ids that the client gave them, by its definition or by the request's key. */
export interface Named {
  readonly batch: RecordBatch;
  /** Undefined where the log assigns ids. */
  readonly ids: IdTexts | undefined;
  /** The ids are made of the request's key. */
  readonly keyed: boolean;
  /** The ids as texts, if there are any; to be called before the next check. */
  texts(): readonly string[] | undefined;
}

export function nameRecords(verdict: Verdict, key: string | undefined, firstPlace = 0): Named {
  const { accepted: batch, ids, members } = verdict;
  if (ids !== undefined) {
    return { batch, ids, keyed: false, texts: () => batch.ids ?? idStrings(ids, batch.count) };
  }
  if (key === undefined) {
    return { batch, ids, keyed: false, texts: () => batch.ids };
  }
  // A colon, which no assigned id has: a key can never name another event.
  const texts = Array.from(
    { length: batch.count },
    (_none, index) => `${key}:${firstPlace + (members?.[index] ?? index)}`,
  );
  return {
    batch: { ...batch, ids: texts },
    ids: toIdTexts(texts),
    keyed: true,
    texts: () => texts,
  };
}

const VISIBLE = /^[\x21-\x7e]+$/;

/** The key of a request's header: the draft standard writes it as a quoted text, most clients bare. */
export function toIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) {
    return undefined;
  }
  const key = /^"([^"\\]*)"$/.exec(header)?.[1] ?? header;
  const charsMax = LIMITS.idempotencyKeyCharsMax;
  if (!VISIBLE.test(key) || key.length > charsMax) {
    const cause =
      key.length > charsMax
        ? `it has ${key.length} characters`
        : "it is empty, or has characters that are not visible ASCII";
    throw new Fault("IDEMPOTENCY_KEY_INVALID", { cause, charsMax });
  }
  return key;
}
