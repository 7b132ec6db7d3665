/** Writes of the machine's disk that end early; what it must do beyond that is in the conformance suite. */

import { expect, test } from "vitest";
import { dropBytes } from "./node-disk.ts";

test("a write goes on where a short one ended", () => {
  const chunks = ["abc", "", "de", "f"].map((text) => Buffer.from(text));
  const whole = "abcdef";
  for (let count = 0; count <= whole.length; count += 1) {
    expect(Buffer.concat(dropBytes(chunks, count)).toString()).toBe(whole.slice(count));
  }
});
