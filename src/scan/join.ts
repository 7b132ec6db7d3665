/** The text that a stream's key or id fields make together, read from scanned bytes; plan's deriveText gives the same. */

import type { Column } from "../base/record.ts";
import { defined } from "../base/assert.ts";
import type { Scanner } from "./scanner.ts";

/** The joined text as bytes `[start, end)`; a view of the record itself where one field is all. */
export interface Join {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Reads the record that the scanner has just taken out of `bytes`; the result stays until the next call. */
  read(bytes: Uint8Array): void;
}

const BAR = 124;

/** Joins the fields `names` by "|"; absent and null fields are empty. Reads the scanner's offsets. */
export function openJoin(scanner: Scanner, names: readonly string[]): Join {
  const places = names.map((name) => {
    const place = scanner.fields.findIndex((field) => field.name === name);
    return { at: 2 * place, field: defined(scanner.fields[place], `the plan knows field ${name}`) };
  });
  const { offsets } = scanner;
  const [first] = places;
  const direct = places.length === 1 && first?.field.type !== "number" ? first : undefined;
  let scratch: Buffer = Buffer.alloc(256);
  const join = { bytes: scratch as Uint8Array, start: 0, end: 0, read };

  function read(bytes: Uint8Array): void {
    if (direct !== undefined) {
      const start = offsets[direct.at] as number;
      join.bytes = bytes;
      join.start = Math.max(start, 0);
      join.end = start < 0 ? 0 : (offsets[direct.at + 1] as number);
      return;
    }
    let end = 0;
    for (const { at, field } of places) {
      const start = offsets[at] as number;
      const to = start < 0 ? start : (offsets[at + 1] as number);
      // A number's text may grow to 26 bytes when it is written canonically.
      scratch = roomFor(scratch, end + Math.max(to - start, 26) + 1);
      end = append(bytes.subarray(Math.max(start, 0), Math.max(to, 0)), field, { scratch, end });
      scratch[end] = BAR;
      end += 1;
    }
    join.bytes = scratch;
    join.end = end - 1;
  }

  return join;
}

function append(
  value: Uint8Array,
  field: Column,
  to: { readonly scratch: Buffer; readonly end: number },
): number {
  if (field.type === "number" && value.length > 0) {
    const text = String(Number(Buffer.from(value).toString("latin1")));
    return to.end + to.scratch.write(text, to.end, "latin1");
  }
  to.scratch.set(value, to.end);
  return to.end + value.length;
}

function roomFor(scratch: Buffer, bytes: number): Buffer {
  if (bytes <= scratch.length) {
    return scratch;
  }
  const larger = Buffer.alloc(2 * bytes);
  scratch.copy(larger);
  return larger;
}
