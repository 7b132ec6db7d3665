/** Compiles a stream's schema into a scanner that judges records as bytes and leaves their fields' places behind. */

import { assert } from "../base/assert.ts";
import type { Column } from "../base/record.ts";
import type { StreamPlan } from "../plan/plan.ts";
import { isDate, isDateTime, isUuid } from "./calendar.ts";
import { emitScanner, SCANNER_ARGUMENTS } from "./emit.ts";
import { openNames } from "./names.ts";
import type { FieldShape } from "./shape.ts";
import { toShapes } from "./shape.ts";
import * as window from "./window.ts";

/** `offsets[2i]` of a field that is not there. */
const ABSENT = -1;

export interface Scanner {
  /** The event's fields in the schema's order; field i's value is `bytes[offsets[2i], offsets[2i+1])`. */
  readonly fields: readonly Column[];
  /**
   * Ranges of the record scanned last, strings without their quotes; a start of -1 says absent, -2 null. A string's
   * range never holds a quote, a backslash or a byte below 32; any other range is a number, true or false.
   */
  readonly offsets: Int32Array;
  /**
   * Reads one record that begins at `start`: returns where it ends, at most `end`, when it is in canonical form and
   * valid by the schema; -1 says nothing about the record but that the general way must judge it. The bytes must be
   * valid UTF-8; offsets are meaningless after -1.
   */
  readonly scanPrefix: (bytes: Uint8Array, start: number, end: number) => number;
  /** 0 when `[start, end)` is exactly one valid canonical record, else 1: take the general way. */
  readonly scan: (bytes: Uint8Array, start: number, end: number) => 0 | 1;
}

type ScanPrefix = Scanner["scanPrefix"];

/** Canonical: compact (one space after `:` and `,` allowed), keys in the schema's order, no escapes, no exponents. */
export function compileScanner(stream: Pick<StreamPlan, "fields" | "schema">): Scanner {
  const { fields, schema } = stream;
  const offsets = new Int32Array(2 * fields.length).fill(ABSENT);
  const shapes = toShapes(schema);
  const scanPrefix = shapes === undefined ? () => -1 : compile(shapes, offsets);
  if (shapes !== undefined) {
    const alike = shapes.every((shape, index) => shape.name === fields[index]?.name);
    assert(alike && shapes.length === fields.length, "a plan's fields are its schema's properties");
  }
  return {
    fields,
    offsets,
    scanPrefix,
    scan: (bytes, start, end) => (scanPrefix(bytes, start, end) === end ? 0 : 1),
  };
}

function compile(shapes: readonly FieldShape[], offsets: Int32Array): ScanPrefix {
  const steps = { ...window, isDate, isDateTime, isUuid };
  const choices = shapes.map(({ shape }) =>
    shape.kind === "text" && shape.oneOf !== undefined ? openNames(shape.oneOf) : undefined,
  );
  const names = openNames(shapes.map((shape) => shape.name));
  // oxlint-disable-next-line typescript/no-implied-eval -- the source is ours alone: see emitScanner
  const make = new Function(...SCANNER_ARGUMENTS, emitScanner(shapes)) as (
    ...given: readonly unknown[]
  ) => ScanPrefix;
  return make(steps, window.openWindow(), offsets, names, choices, toDemands(shapes));
}

/** At i the first required field from i on; the number of fields when none is. */
function toDemands(shapes: readonly FieldShape[]): Int32Array {
  const demands = new Int32Array(shapes.length + 1).fill(shapes.length);
  for (let i = shapes.length - 1; i >= 0; i -= 1) {
    demands[i] = shapes[i]?.required === true ? i : (demands[i + 1] as number);
  }
  return demands;
}
