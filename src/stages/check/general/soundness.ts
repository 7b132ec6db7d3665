/** Values that are JSON but that no warehouse keeps as they are: they are refused here rather than changed later. */

import type { Reason } from "../../../base/dead-letter.ts";

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Why `value`, or something inside it, cannot be kept; undefined when all of it can. */
export function unsound(value: unknown, path = ""): Reason | undefined {
  if (typeof value === "string") {
    return unsoundText(value, path);
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : tooLarge(path);
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  for (const [name, member] of Object.entries(value)) {
    const found = unsoundText(name, path) ?? unsound(member, `${path}/${escapePointer(name)}`);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function unsoundText(text: string, path: string): Reason | undefined {
  if (text.includes("\u0000")) {
    const message = `${nameOf(path)} holds a NUL character, which tables cannot keep`;
    return { code: "FIELD_FORMAT", path, message };
  }
  if (LONE_SURROGATE.test(text)) {
    const message = `${nameOf(path)} holds half a character (a lone surrogate such as \\ud800)`;
    return { code: "FIELD_FORMAT", path: path.toWellFormed(), message: message.toWellFormed() };
  }
  return undefined;
}

function tooLarge(path: string): Reason {
  const message = `${nameOf(path)} is a number too large to be kept (beyond 1.8e308)`;
  return { code: "FIELD_RANGE", path, message };
}

/** JSON pointer's escapes. */
export function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** How a message names the place a pointer leads to: `prices.0.open`, or "the record". */
export function nameOf(path: string): string {
  if (path === "") {
    return "the record";
  }
  const parts = path.slice(1).split("/");
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")).join(".");
}
