/** An answer → JSON 1.1: blobs as base64, instants as seconds with their fraction, absent members left out. */

import type { Shape } from "../shapes/shape.ts";

export function toJson(value: unknown, shape: Shape): string {
  return JSON.stringify(plain(value, shape));
}

function plain(value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case "structure": {
      const given = value as Readonly<Record<string, unknown>>;
      const made: Record<string, unknown> = {};
      for (const { name, shape: inner } of shape.members) {
        const member = given[name];
        if (member !== undefined) {
          made[name] = plain(member, inner);
        }
      }
      return made;
    }
    case "list":
      return (value as readonly unknown[]).map((each) => plain(each, shape.member));
    case "map":
      return value;
    case "blob":
      return (value as Buffer).toString("base64");
    case "timestamp":
      // Milliseconds inside, seconds on the wire.
      return (value as number) / 1000;
    default:
      return value;
  }
}
