/** The event id of each record: kept beside it, read from it by the plan, or assigned. */

import { assignedId } from "../../../base/record.ts";
import { deriveText } from "../../../plan/derive.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { openJoin, type Scanner } from "../../../scan/index.ts";
import type { Frame } from "../../../seams/consume.ts";
import { writeDecimal } from "./lineage.ts";

/** An id as `bytes[start, end)`: none of them a quote, a backslash or below 32. */
export interface EventIdText {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface EventIds {
  /** The id of the record scanned last. */
  readonly text: EventIdText;
  startFrame(frame: Frame): void;
  /** Whether the ids of this frame's records can be had from their bytes alone. */
  readonly scans: boolean;
  /** Puts the id of the record that the scanner has just taken out of `bytes` into `text`. */
  scan(bytes: Uint8Array, sequence: number): void;
  /** The id of record `index` of the frame, whose event was parsed, or undefined where it could not be. */
  of(index: number, event: Readonly<Record<string, unknown>> | undefined): string;
}

export function openEventIds(stream: StreamPlan, scanner: Scanner): EventIds {
  const fields = stream.id?.kind === "fields" ? stream.id.fields : undefined;
  return fields === undefined ? new AssignedIds(stream) : new FieldIds(stream, scanner, fields);
}

/** Stream, shard and sequence: the id where the definition names none, or a function whose result is kept. */
class AssignedIds implements EventIds {
  readonly text = { bytes: Buffer.alloc(256), start: 0, end: 0 };
  scans = true;
  readonly #stream: StreamPlan;
  #frame: Frame | undefined;
  #prefix = 0;

  constructor(stream: StreamPlan) {
    this.#stream = stream;
  }

  startFrame(frame: Frame): void {
    this.#frame = frame;
    this.scans = frame.ids === undefined;
    this.#prefix = this.text.bytes.write(`${this.#stream.name}.${frame.shard}.`, 0);
  }

  scan(_bytes: Uint8Array, sequence: number): void {
    this.text.end = writeDecimal(this.text.bytes, this.#prefix, sequence);
  }

  of(index: number): string {
    return keptId(this.#frame, index) ?? placeId(this.#stream, this.#frame, index);
  }
}

class FieldIds implements EventIds {
  readonly text: EventIdText;
  scans = true;
  readonly #stream: StreamPlan;
  readonly #fields: readonly string[];
  readonly #read: (bytes: Uint8Array) => void;
  #frame: Frame | undefined;

  constructor(stream: StreamPlan, scanner: Scanner, fields: readonly string[]) {
    const join = openJoin(scanner, fields);
    this.text = join;
    this.#read = (bytes) => join.read(bytes);
    this.#stream = stream;
    this.#fields = fields;
  }

  startFrame(frame: Frame): void {
    this.#frame = frame;
    this.scans = frame.ids === undefined;
  }

  scan(bytes: Uint8Array): void {
    this.#read(bytes);
  }

  of(index: number, event: Readonly<Record<string, unknown>> | undefined): string {
    const kept = keptId(this.#frame, index);
    if (kept !== undefined || event === undefined) {
      return kept ?? placeId(this.#stream, this.#frame, index);
    }
    // Everyone else who derives an id has parsed long numbers as doubles.
    const entries = this.#fields.map((name): [string, unknown] => {
      const value = Object.hasOwn(event, name) ? event[name] : undefined;
      return [name, typeof value === "bigint" ? Number(value) : value];
    });
    return deriveText({ kind: "fields", fields: this.#fields }, Object.fromEntries(entries));
  }
}

function keptId(frame: Frame | undefined, index: number): string | undefined {
  return frame?.ids?.[index];
}

function placeId(stream: StreamPlan, frame: Frame | undefined, index: number): string {
  return assignedId(stream.name, frame?.shard ?? 0, (frame?.firstSequence ?? 0) + index);
}
