/** The dead letters of an event, and what became of them. */

import type { Cell } from "../../seams/query.ts";
import type { Journey } from "../journey.ts";
import { toStep, type Step } from "./way.ts";

export interface FoundLetter {
  readonly stream: string;
  readonly stage: string;
  readonly step: Step;
  /** It was redriven or dropped. */
  readonly closed: boolean;
}

const LETTERS_MAX = 10;

/** The newest letters of an id, oldest first. */
export async function findLetters(journey: Journey, id: string): Promise<readonly FoundLetter[]> {
  const sql = `SELECT d.stream, d.stage, d.cause, CAST(d.reasons AS VARCHAR), d.received_at, d._object, m.state
    FROM dead_letters d LEFT JOIN dead_letter_moves m ON m.state IN ('redriven', 'dropped')
      AND m.letter = d.id AND m.stage = d.stage AND m.received_at = d.received_at AND m.member = d.member
    WHERE d.id = ? ORDER BY d.received_at DESC LIMIT ${LETTERS_MAX}`;
  const { rows } = await journey.query.run(sql, { params: [id] });
  return rows.map(toLetter).toReversed();
}

function toLetter(row: readonly Cell[]): FoundLetter {
  const [stream, stage = null, cause = null, reasons = null, receivedAt, object = null, move] = row;
  const closed = typeof move === "string";
  const then = closed ? `, then ${move}` : "";
  const says = `set aside at the ${String(stage)}: ${firstMessage(reasons)}${then}`;
  const state = closed ? "done" : "failed";
  const facts = { stage, cause, reasons, object };
  const step = toStep({ stage: "set aside", state, says, facts }, receivedAt);
  return { stream: String(stream), stage: String(stage), step, closed };
}

function firstMessage(reasons: Cell): string {
  try {
    const [first] = JSON.parse(String(reasons)) as { message?: string }[];
    return first?.message ?? String(reasons);
  } catch {
    return String(reasons);
  }
}
