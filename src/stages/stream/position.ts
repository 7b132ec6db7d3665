/** Positions as text: the log's own number, so that a position of another log is noticed, and a byte offset. */

import type { Position } from "../../seams/consume.ts";
import type { LogId } from "./frames/frame.ts";

/** The log's number as 16 hexadecimal digits. */
export function logName(id: LogId): string {
  return id.high.toString(16).padStart(8, "0") + id.low.toString(16).padStart(8, "0");
}

export function toLogId(name: unknown): LogId | undefined {
  if (typeof name !== "string" || !/^[0-9a-f]{16}$/.test(name)) {
    return undefined;
  }
  const high = Number.parseInt(name.slice(0, 8), 16);
  return { high, low: Number.parseInt(name.slice(8), 16) };
}

export function toPosition(log: string, at: number): Position {
  return `${log}.${at}` as Position;
}

/** The byte offset that a position names; undefined when it is of another log or no position at all. */
export function fromPosition(log: string, position: Position): number | undefined {
  if (!position.startsWith(`${log}.`) || !/^\d{1,15}$/.test(position.slice(17))) {
    return undefined;
  }
  return Number(position.slice(17));
}
