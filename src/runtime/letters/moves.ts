/** Writes down what becomes of dead letters, durably, as records of the stream `dead_letter_moves`. */

import type { DeadLetterMove, LetterKey } from "../../base/dead-letter-move.ts";
import { LIMITS } from "../../base/limits.ts";
import { type Appender, type RecordBatch, toBatch } from "../../seams/append.ts";

export type NewMove = Omit<DeadLetterMove, "id">;

const BATCH_BYTES_MAX = LIMITS.commitBytesMax / 4;

/** Resolves when all of them are on disk, in their order. `newId` gives a text that is new each time. */
export async function writeMoves(
  appender: Appender,
  newId: () => string,
  moves: readonly NewMove[],
): Promise<void> {
  for (const batch of toBatches(newId(), moves)) {
    await appender.append(batch);
  }
}

function toBatches(prefix: string, moves: readonly NewMove[]): RecordBatch[] {
  const lines = moves.map((move, index) =>
    Buffer.from(JSON.stringify({ id: `${prefix}.${index}`, ...move })),
  );
  const batches: RecordBatch[] = [];
  let from = 0;
  let bytes = 0;
  for (const [index, line] of lines.entries()) {
    if (bytes > 0 && bytes + line.length > BATCH_BYTES_MAX) {
      batches.push(toBatch(lines.slice(from, index)));
      from = index;
      bytes = 0;
    }
    bytes += line.length;
  }
  return from < lines.length ? [...batches, toBatch(lines.slice(from))] : batches;
}

/** The part of a letter, or of a move, that tells which letter is meant. */
export function keyOf({ letter, stage, received_at, member }: LetterKey): LetterKey {
  return { letter, stage, received_at, member };
}

/** The same as one text, to look letters up by. */
export function keyText({ letter, stage, received_at: at, member }: LetterKey): string {
  return JSON.stringify([letter, stage, at, member]);
}
