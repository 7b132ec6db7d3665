/** What happened to a dead letter after it was set aside: the rows of the table `dead_letter_moves`. */

import type { Column } from "./record.ts";

/**
 * `intent` is written before a letter's record is appended again, `redriven` after it, `abandoned` when the append
 * turned out never to have happened. `failed`: the record was judged again and still fails. `dropped`: a person
 * decided that nothing more is to come of it.
 */
export type MoveState = "intent" | "redriven" | "abandoned" | "failed" | "dropped";

/** Which letter is meant: an event that fails twice has two letters of the same id. */
export interface LetterKey {
  readonly letter: string;
  readonly stage: string;
  readonly received_at: string;
  readonly member: number;
}

export interface DeadLetterMove extends LetterKey {
  readonly id: string;
  readonly stream: string;
  readonly state: MoveState;
  /** ISO 8601, UTC. */
  readonly moved_at: string;
  /** One call that moved letters. */
  readonly run: string;
  /** Which attempt at the letter's event this is, from 1; 0 for a drop. */
  readonly attempt: number;
  /** Id of the event that the letter became, or was to become. */
  readonly event_id: string | null;
  /** End of the stream's log before the append: from here on the record is looked for after a crash. */
  readonly position: string | null;
  /** Why it was dropped, or why it still fails. */
  readonly reason: string | null;
  readonly caller: string;
}

/** An event may be redriven so many times; then somebody must look at it. */
export const REDRIVES_MAX = 5;

/** Columns of the table `dead_letter_moves`. */
export const MOVE_COLUMNS = [
  { name: "id", type: "text", nullable: false },
  { name: "letter", type: "text", nullable: false },
  { name: "stage", type: "text", nullable: false },
  { name: "received_at", type: "timestamp", nullable: false },
  { name: "member", type: "integer", nullable: false },
  { name: "stream", type: "text", nullable: false },
  { name: "state", type: "text", nullable: false },
  { name: "moved_at", type: "timestamp", nullable: false },
  { name: "run", type: "text", nullable: false },
  { name: "attempt", type: "integer", nullable: false },
  { name: "event_id", type: "text", nullable: true },
  { name: "position", type: "text", nullable: true },
  { name: "reason", type: "text", nullable: true },
  { name: "caller", type: "text", nullable: false },
] as const satisfies readonly Column[];
