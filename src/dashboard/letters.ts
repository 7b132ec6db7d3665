/** Reads the dead letters' rows as the page shows them. */

import type { Reason } from "../base/dead-letter.ts";
import type { LetterNews, NewestLetter } from "../seams/feed.ts";
import type { DeadLetterRows } from "./options.ts";

export const LETTERS_MAX = 20;
const REASONS_MAX = 10;
const PREVIEW_CHARS_MAX = 500;

/** The newest letters, bounded; a row that is no letter is left out rather than shown half. */
export function toLetterNews(rows: DeadLetterRows): LetterNews {
  const letters = rows.letters.slice(0, LETTERS_MAX).flatMap((row) => toLetter(row) ?? []);
  return { total: rows.total, letters };
}

function toLetter(row: Readonly<Record<string, unknown>>): NewestLetter | undefined {
  const { id, stream, stage, cause, caller, reasons, received_at: receivedAt, preview } = row;
  if (typeof id !== "string" || typeof stream !== "string") {
    return undefined;
  }
  return {
    id,
    stream,
    stage: toText(stage),
    cause: toText(cause),
    caller: toText(caller),
    receivedAt: toIso(receivedAt),
    reasons: toReasons(reasons),
    preview: typeof preview === "string" ? preview.slice(0, PREVIEW_CHARS_MAX) : undefined,
  };
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The warehouse writes times without a zone and means UTC. */
function toIso(value: unknown): string {
  const text = toText(value).replace(" ", "T");
  const zoned = /(Z|[+-]\d\d(:?\d\d)?)$/.test(text) ? text : `${text}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}

function toReasons(value: unknown): readonly Reason[] {
  const list = typeof value === "string" ? fromJson(value) : value;
  return Array.isArray(list) ? list.filter(isReason).slice(0, REASONS_MAX) : [];
}

function isReason(value: unknown): value is Reason {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    "path" in value &&
    "message" in value
  );
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
