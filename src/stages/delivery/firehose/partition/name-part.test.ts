/** Keys of partitions as parts of names: every one is a name, and two keys never become one. */

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { objectNameProblem } from "../../../../base/object-name.ts";
import { toNamePart } from "./name-part.ts";

it.each([
  ["Kenya", "Kenya"],
  ["New York", "New York"],
  [" both ", "=20both=20"],
  ["a:b", "a=3Ab"],
  ["../..", "=2E./=2E."],
  ["Zürich", "Z=C3=BCrich"],
])("%s is %s", (key, part) => {
  expect(toNamePart(key)).toBe(part);
});

it("whatever the key", () => {
  const keys = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
  const plain = keys.filter((key) => !key.includes("/"));
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      expect(objectNameProblem(toNamePart(one))).toBeUndefined();
      expect(toNamePart(one) === toNamePart(other)).toBe(one === other);
    }),
  );
});
