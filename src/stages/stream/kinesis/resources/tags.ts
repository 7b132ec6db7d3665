/** Tags: what may be one, and how they are listed. Pure. */

import { invalidArgument } from "../faults.ts";

export type Tags = Readonly<Record<string, string>>;

const TAGS_MAX = 50;
const LEGAL = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Throws InvalidArgumentException. */
export function checkTags(given: Tags, before: Tags): void {
  for (const [key, value] of Object.entries(given)) {
    if (!LEGAL.test(key) || !LEGAL.test(value)) {
      throw invalidArgument(
        "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @ :.",
      );
    }
    if (key.toLowerCase().startsWith("aws:")) {
      throw invalidArgument("Tag keys must not begin with aws:, which AWS keeps for itself.");
    }
  }
  if (new Set([...Object.keys(before), ...Object.keys(given)]).size > TAGS_MAX) {
    throw invalidArgument(
      `A given stream cannot have more than ${TAGS_MAX} tags associated with it.`,
    );
  }
}

export function without(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

export function toTagList(tags: Tags): { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
}
