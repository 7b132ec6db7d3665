/** What a user writes to mend dead letters: one function, the default export of the file given to `dead redrive --fix`. */

import type { Reason } from "../base/dead-letter.ts";

/** The letter that a fix is asked about. */
export interface LetterToFix {
  readonly id: string;
  readonly stream: string;
  readonly stage: string;
  readonly cause: string;
  readonly reasons: readonly Reason[];
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** How often its event was redriven already. */
  readonly attempts: number;
  /** The record's bytes as they came. */
  readonly bytes: Uint8Array;
}

/**
 * Gives the event to send in the letter's place, or undefined to leave the letter as it is. `record` is the parsed
 * value where the bytes are JSON, and their text where they are not: a CSV row, a broken line.
 */
export type DeadLetterFix = (
  record: unknown,
  letter: LetterToFix,
) => object | undefined | Promise<object | undefined>;
