/** The keys of a partition as one text, and back. Pure. */

import type { Piece } from "../../../../plan/prefix/parse-prefix.ts";

export type Keys = readonly Extract<Piece, { kind: "key" }>[];

type Key = readonly [from: "query" | "lambda", name: string, value: string];

export interface PartKeys {
  readonly query: ReadonlyMap<string, string>;
  readonly lambda: ReadonlyMap<string, string>;
}

/** The same text for the same keys in the order of the prefix. */
export function toPart(keys: readonly Key[]): string {
  return JSON.stringify(keys);
}

/** `part` is a text of `toPart`. */
export function fromPart(part: string): PartKeys {
  const keys = JSON.parse(part) as readonly Key[];
  const of = (wanted: Key[0]): Map<string, string> =>
    new Map(keys.filter(([from]) => from === wanted).map(([, name, value]) => [name, value]));
  return { query: of("query"), lambda: of("lambda") };
}
