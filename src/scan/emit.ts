/** Writes the source of a scanner: straight code for narrow records, a loop over a switch for wide ones. */

import type { FieldShape, NumberShape, Shape, TextShape } from "./shape.ts";
import { keyBytes, keyWords } from "./names.ts";

/** The little-endian words of null, true and fals(e). */
const NULL_WORD = 0x6c6c756e;
const TRUE_WORD = 0x65757274;
const FALS_WORD = 0x736c6166;

/** Beyond this many fields straight code grows past what V8 optimises. */
const STRAIGHT_MAX = 40;

/**
 * Source of a function body that, given the names in `SCANNER_ARGUMENTS`, returns the scan function. No text of the
 * schema gets into it: names are compared as numbers, choices are looked up in `choices` by index.
 */
export function emitScanner(fields: readonly FieldShape[]): string {
  return fields.length <= STRAIGHT_MAX ? emitStraight(fields) : emitLoop(fields);
}

export const SCANNER_ARGUMENTS = ["steps", "window", "offsets", "names", "choices", "demands"];

const HEAD = `"use strict";
const { turnTo, stringEnd, integerEnd, numberEnd, numberValue, codePoints } = steps;
const { isDate, isDateTime, isUuid } = steps;
`;

const OPEN = `if (window.bytes !== bytes) turnTo(window, bytes);
window.end = end;
const view = window.view;
let p = start, c = 0, s = 0, e = 0, x = 0;
if (p + 2 > end || bytes[p] !== 123) return -1;
p += 1;`;

function emitStraight(fields: readonly FieldShape[]): string {
  const last = fields.findLastIndex((field) => field.required);
  const body = fields.map((field, index) => emitField(field, index));
  return `${HEAD}
function rest(from, at) {
  if (from <= ${last}) return -1;
  for (let i = from; i < ${fields.length}; i += 1) offsets[2 * i] = -1;
  return at;
}
return function scan(bytes, start, end) {
${OPEN}
if (bytes[p] === 125) return rest(0, p + 1);
${body.join("\n")}
return -1;
};`;
}

function emitField(field: FieldShape, index: number): string {
  const key = keyBytes(field.name);
  const words = keyWords(key).map(([at, word]) => `view.getInt32(p + ${at}, true) === ${word}`);
  return `if (p + ${key.length} < end && ${words.join(" && ")}) {
p += ${key.length};
${emitValueAt(field, index)}
offsets[${2 * index}] = s; offsets[${2 * index + 1}] = e;
c = p < end ? bytes[p] : 0;
if (c === 125) return rest(${index + 1}, p + 1);
if (c !== 44) return -1;
p += 1;
if (p < end && bytes[p] === 32) p += 1;
} else ${field.required ? "return -1;" : `offsets[${2 * index}] = -1;`}`;
}

/** Reads the value at p, which is inside the window, one space allowed before it. */
function emitValueAt(field: FieldShape, index: number): string {
  return `c = bytes[p];
if (c === 32) { p += 1; c = p < end ? bytes[p] : 0; }
${emitValue(field, index)}`;
}

function emitLoop(fields: readonly FieldShape[]): string {
  const { cases, numbers } = groupByCode(fields);
  const bodies = cases.map((code, number) => `case ${number}: {\n${code}\nbreak;\n}`);
  return `${HEAD}
const COUNT = ${fields.length};
const CASES = Uint16Array.of(${numbers.join(",")});
const KEY_BYTES = Uint16Array.of(${fields.map((field) => keyBytes(field.name).length).join(",")});
return function scan(bytes, start, end) {
${OPEN}
offsets.fill(-1);
if (bytes[p] === 125) return demands[0] < COUNT ? -1 : p + 1;
let next = 0;
for (;;) {
let i = next;
if (i >= COUNT || !names.keyAt(window, p, i)) {
if (p >= end || bytes[p] !== 34) return -1;
e = stringEnd(window, p + 1);
if (e < 0 || e + 2 >= end || bytes[e + 1] !== 58) return -1;
i = names.find(bytes, p + 1, e);
if (i < next || demands[next] < i) return -1;
}
p += KEY_BYTES[i];
c = bytes[p];
if (c === 32) { p += 1; c = p < end ? bytes[p] : 0; }
switch (CASES[i]) {
${bodies.join("\n")}
}
offsets[2 * i] = s; offsets[2 * i + 1] = e;
next = i + 1;
c = p < end ? bytes[p] : 0;
if (c === 125) return demands[next] < COUNT ? -1 : p + 1;
if (c !== 44) return -1;
p += 1;
if (p < end && bytes[p] === 32) p += 1;
}
};`;
}

/** Fields that are checked by the same code share one case. */
function groupByCode(fields: readonly FieldShape[]): { cases: string[]; numbers: number[] } {
  const cases: string[] = [];
  const numbers = fields.map((field, index) => {
    const code = emitValue(field, index);
    const known = cases.indexOf(code);
    return known >= 0 ? known : cases.push(code) - 1;
  });
  return { cases, numbers };
}

/** Code that reads the value whose first byte is c at p, leaves its range in s and e and p behind it, or returns -1. */
function emitValue(field: FieldShape, index: number): string {
  const value = emitShape(field.shape, index);
  if (!field.nullable) {
    return `${value} else return -1;`;
  }
  return `${value} else if (c === 110 && p + 4 <= end && view.getInt32(p, true) === ${NULL_WORD}) {
s = -2; e = -2; p += 4;
} else return -1;`;
}

function emitShape(shape: Shape, index: number): string {
  switch (shape.kind) {
    case "text":
      return `if (c === 34) {
s = p + 1;
e = stringEnd(window, s);
if (e < 0) return -1;
${emitTextChecks(shape, index)}
p = e + 1;
}`;
    case "integer":
    case "number":
      return `if (c === 45 || (c >= 48 && c <= 57)) {
s = p;
e = ${shape.kind}End(window, p);
if (e < 0) return -1;
${emitBounds(shape)}
p = e;
}`;
    case "boolean":
      return `if (p + 5 <= end && view.getInt32(p, true) === ${TRUE_WORD}) {
s = p; p += 4; e = p;
} else if (p + 5 <= end && view.getInt32(p, true) === ${FALS_WORD} && bytes[p + 4] === 101) {
s = p; p += 5; e = p;
}`;
    case "opaque":
      return "if (false) {}";
  }
}

function emitTextChecks(shape: TextShape, index: number): string {
  const { charsMin, charsMax, format, oneOf } = shape;
  const checks: string[] = [];
  // A code point has one to four bytes, so counting them is seldom needed.
  if (charsMax !== Infinity) {
    checks.push(`e - s > ${charsMax} && codePoints(bytes, s, e) > ${charsMax}`);
  }
  if (charsMin > 0) {
    const enough = `e - s < ${4 * charsMin - 3}`;
    checks.push(charsMin === 1 ? "e === s" : `${enough} && codePoints(bytes, s, e) < ${charsMin}`);
  }
  if (format !== undefined) {
    const test = { date: "isDate", "date-time": "isDateTime", uuid: "isUuid" }[format];
    checks.push(`!${test}(bytes, s, e)`);
  }
  if (oneOf !== undefined) {
    checks.push(`choices[${index}].find(bytes, s, e) < 0`);
  }
  return checks.map((check) => `if (${check}) return -1;`).join("\n");
}

function emitBounds(shape: NumberShape): string {
  const { kind, min, max, above, below } = shape;
  const checks: string[] = [];
  // Every whole number that the scanner takes is safe, so bounds at the safe ends ask nothing.
  const exact = kind === "integer" ? Number.MAX_SAFE_INTEGER : Infinity;
  if (min > -exact) {
    checks.push(`x >= ${min}`);
  }
  if (max < exact) {
    checks.push(`x <= ${max}`);
  }
  if (above > -Infinity) {
    checks.push(`x > ${above}`);
  }
  if (below < Infinity) {
    checks.push(`x < ${below}`);
  }
  if (checks.length === 0) {
    return "";
  }
  // NaN, for more digits than are exact, fails every comparison: such numbers take the general way.
  return `x = numberValue(bytes, s, e);\nif (!(${checks.join(" && ")})) return -1;`;
}
