/** The event id that a plan names, read from the bytes of a record that was accepted: from the log, say. */

import { deriveText } from "../plan/derive.ts";
import type { StreamPlan } from "../plan/plan.ts";
import { openJoin } from "./join.ts";
import { compileScanner } from "./scanner.ts";

/** An id as `bytes[start, end)`; stays until the next is read. */
export interface IdView {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface RecordIds {
  /** The id of the record `bytes[start, end)`; undefined when its bytes are no event. */
  read(bytes: Buffer, start: number, end: number): IdView | undefined;
}

/** Undefined where ids are not read from fields: then they are kept beside the records, or assigned. */
export function openRecordIds(stream: StreamPlan): RecordIds | undefined {
  const { id } = stream;
  if (id?.kind !== "fields") {
    return undefined;
  }
  const scanner = compileScanner(stream);
  const join = openJoin(scanner, id.fields);

  function read(bytes: Buffer, start: number, end: number): IdView | undefined {
    if (scanner.scan(bytes, start, end) === 0) {
      join.read(bytes);
      return join;
    }
    const event = parse(bytes.toString("utf8", start, end));
    if (event === undefined || id === undefined) {
      return undefined;
    }
    const text = Buffer.from(deriveText(id, event));
    return { bytes: text, start: 0, end: text.length };
  }

  return { read };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
