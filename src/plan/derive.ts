/** The text a stream's id or key has for one event. */

import type { Derived } from "./plan.ts";

/**
 * Field values joined by "|" (absent and null are empty), or what the user's function says; a function may throw.
 * The byte-level readers of check and delivery give the same text.
 */
export function deriveText(derived: Derived, event: Readonly<Record<string, unknown>>): string {
  if (derived.kind === "function") {
    return derived.of(event);
  }
  return derived.fields.map((field) => toText(event[field])).join("|");
}

function toText(value: unknown): string {
  if (value === undefined || value === null) {
    return "";
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
