/** Walks over any JSON text: its end, its members, and the same value on one line. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compact, survey, valueEnd } from "./json-text.ts";

const spaces = fc.constantFrom("", " ", "\t", "\n", "  \r\n");
const values = fc.jsonValue({ noUnicodeString: false });

function membersOf(value: unknown): number {
  if (typeof value !== "object" || value === null) {
    return 0;
  }
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, member) => sum + membersOf(member), own);
}

test("a value ends where it ends, whatever follows", () => {
  fc.assert(
    fc.property(values, spaces, fc.constantFrom(",", "]", "}"), (value, space, mark) => {
      const text = Buffer.from(JSON.stringify(value, undefined, 1));
      const bytes = Buffer.concat([Buffer.from("[ "), text, Buffer.from(`${space}${mark}"x`)]);
      expect(valueEnd(bytes, 2, bytes.length)).toBe(2 + text.length);
    }),
  );
});

test("a value that is cut short has no end", () => {
  fc.assert(
    fc.property(fc.object(), fc.nat(), (value, cut) => {
      const text = Buffer.from(JSON.stringify(value));
      expect(valueEnd(text, 0, cut % text.length)).toBe(-1);
    }),
  );
});

test("a value of several lines is brought onto one, and what is left becomes spaces", () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 4 }), (value, indent) => {
      const text = Buffer.from(JSON.stringify(value, undefined, indent));
      const bytes = Buffer.concat([Buffer.from("x\n"), text, Buffer.from("\ny")]);
      const end = compact(bytes, 2, 2 + text.length);
      expect(bytes.toString("utf8", 2, end)).toBe(JSON.stringify(value));
      expect(bytes.toString("utf8", end)).toBe(`${" ".repeat(2 + text.length - end)}\ny`);
      expect(bytes.toString("utf8", 0, 2)).toBe("x\n");
    }),
  );
});

test("members are counted as written, so that a name given twice shows", () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = Buffer.from(JSON.stringify(value));
      expect(survey(text, 0, text.length).members).toBe(membersOf(value));
    }),
  );
  const twice = Buffer.from('{"a":{"b":":","b":2}}');
  expect(survey(twice, 0, twice.length)).toMatchObject({ members: 3, depth: 2 });
});

test.each([
  ['{"a":"\\u0041"}', true],
  ['{"a":"\\\\u0041"}', false],
  ['{"a":1e5}', true],
  ['{"a":1E5}', true],
  ['{"a":true,"b":"1e5"}', false],
  [`{"a":${"1".repeat(301)}}`, true],
  ['{"a":12}', false],
])("%s asks for a second look: %s", (text, unusual) => {
  expect(survey(Buffer.from(text), 0, Buffer.byteLength(text)).unusual).toBe(unusual);
});
