/** The columns delivery adds, as text: same words in every format. */

import { DELIVERED_COLUMNS, LOADED_COLUMNS } from "../../../base/record.ts";

/** Names that no member of an event may bring into a row of its own. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(
  [...DELIVERED_COLUMNS, ...LOADED_COLUMNS].map(({ name }) => name),
);

/** `2026-07-13 14:05:06.789`, UTC. */
export function timestampText(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, -1);
}

/** Writes a whole number of at least 0 in decimal at `at`; returns where it ends. */
export function writeDecimal(target: Uint8Array, at: number, value: number): number {
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) {
    end += 1;
  }
  let rest = value;
  for (let place = end - 1; place >= at; place -= 1) {
    const shorter = Math.floor(rest / 10);
    target[place] = 48 + (rest - shorter * 10);
    rest = shorter;
  }
  return end;
}
