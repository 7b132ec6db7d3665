/** Names of objects in the lake, and the one rule that makes them safe on disks and in buckets. */

import type { Brand } from "./brand.ts";

/** Slash-separated parts of letters, digits, - _ . = + and inner spaces; no empty part, none that starts with a dot. */
export type ObjectName = Brand<string, "ObjectName">;

/** S3 keys end at 1024 bytes, and file systems allow 255 bytes between two slashes. */
const NAME_CHARS_MAX = 1024;
const PART_CHARS_MAX = 255;
const PART = /^[A-Za-z0-9_=+-](?:[A-Za-z0-9_.=+ -]*[A-Za-z0-9_.=+-])?$/;

/** What is wrong with a name, or undefined. */
export function objectNameProblem(name: string): string | undefined {
  if (name.length > NAME_CHARS_MAX) {
    return `it is longer than ${NAME_CHARS_MAX} characters`;
  }
  for (const part of name.split("/")) {
    if (part === "") {
      return "a part between two slashes is empty";
    }
    if (part.length > PART_CHARS_MAX) {
      return `a part is longer than ${PART_CHARS_MAX} characters`;
    }
    if (!PART.test(part)) {
      return `part ${JSON.stringify(part)} starts with a dot, has a space at an end or has other characters`;
    }
  }
  return undefined;
}

export function toObjectName(input: unknown): ObjectName | undefined {
  const proved = typeof input === "string" && objectNameProblem(input) === undefined;
  return proved ? (input as ObjectName) : undefined;
}
