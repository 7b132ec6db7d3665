/** A stable hash of plain values; functions count by their source text. */

import { createHash } from "node:crypto";

/** 16 hex digits over `value`, whatever the order of its members. */
export function stableHash(value: unknown): string {
  return createHash("sha256").update(stableText(value)).digest("hex").slice(0, 16);
}

function stableText(value: unknown): string {
  if (typeof value === "function") {
    return `fn:${JSON.stringify(String(value))}`;
  }
  if (Array.isArray(value)) {
    return `[${value.map(stableText).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, member]) => `${name}:${stableText(member)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "undefined";
}
