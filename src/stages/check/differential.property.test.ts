/** The quick way and the general way must be of one mind: same verdict, same values, over random schemas and records. */

import { isUtf8 } from "node:buffer";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { defined } from "../../base/assert.ts";
import { planPipeline } from "../../plan/plan-pipeline.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Scanner } from "../../scan/index.ts";
import { compileScanner } from "../../scan/index.ts";
import { openChecker } from "./index.ts";
import type { Judgement } from "./general/judge.ts";
import { openJudge } from "./general/judge.ts";

/** A kind of field: its zod type, JSON texts that are mostly values of it, and texts that may be or nearly are. */
interface Kind {
  readonly type: z.ZodType;
  readonly good: fc.Arbitrary<string>;
  readonly texts: fc.Arbitrary<string>;
}

const json = (values: fc.Arbitrary<unknown>) =>
  values.map((value) => JSON.stringify(value) ?? "null");
const raw = (...texts: string[]) => fc.constantFrom(...texts);
const numbers = fc.oneof(
  json(fc.integer()),
  json(fc.double({ noNaN: true, noDefaultInfinity: true })),
  json(fc.double({ min: -100, max: 100, noNaN: true }).map((x) => Math.round(x * 100) / 100)),
  raw(
    "0",
    "-0",
    "-0.0",
    "1.0",
    "10",
    "9.999999999999999",
    "10.000000000000001",
    "1e1",
    "1E400",
    "01",
  ),
  raw(
    "0.1000000000000000055511151231257827",
    "-",
    "1.",
    ".5",
    "+1",
    "9007199254740991",
    "9007199254740993",
  ),
  fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }).map(String),
);
const texts = fc.oneof(
  json(fc.string()),
  json(fc.string({ unit: "grapheme", maxLength: 8 })),
  json(fc.string({ unit: "binary", maxLength: 6 })),
  raw('"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"a\tb"', '"\u007f"', '"a', '""'),
);
const dates = fc.oneof(
  json(fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))),
  raw(
    '"2024-02-29"',
    '"2023-02-29"',
    '"2026-04-31"',
    '"2026-13-01"',
    '"0000-01-01"',
    '"1900-02-29"',
  ),
);
const times = fc.oneof(
  json(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
  raw('"2026-01-01T00:00:00+23:59"', '"2026-01-01T00:00:00+24:00"', '"2026-01-01T00:00:00.5Z"'),
  raw('"2026-01-01t00:00:00Z"', '"2026-02-30T00:00:00Z"', '"2026-01-01T00:00:00"'),
);

const small = json(fc.integer({ min: 0, max: 9 }));
const short = json(fc.stringMatching(/^[a-zé €💧]{2,3}$/u));
const aDate = raw('"2024-02-29"', '"2026-12-31"');
const aTime = raw(
  '"2026-01-01T00:00:00+05:30"',
  '"2026-01-01T23:59:59.999Z"',
  '"0001-01-01T00:00:00Z"',
);

const KINDS: readonly Kind[] = [
  { type: z.string(), good: short, texts },
  { type: z.string().min(2).max(5), good: short, texts },
  { type: z.string().max(3).nullable(), good: fc.oneof(short, raw("null")), texts },
  { type: z.number(), good: small, texts: numbers },
  { type: z.number().min(0).max(10), good: fc.oneof(small, raw("0.25", "10.0")), texts: numbers },
  { type: z.number().gt(-1).lt(10).nullable(), good: raw("null", "-0.5", "9.99"), texts: numbers },
  { type: z.int(), good: json(fc.maxSafeInteger()), texts: numbers },
  { type: z.int().min(-5).max(1e6), good: small, texts: numbers },
  { type: z.boolean(), good: raw("true", "false"), texts: raw("tru", "True", '"true"', "falsey") },
  {
    type: z.enum(["a", "bb", "é"]),
    good: raw('"a"', '"bb"', '"é"'),
    texts: raw('"\\u0061"', '"b"'),
  },
  { type: z.literal("k"), good: raw('"k"'), texts: raw('"K"', '"kk"', '""') },
  { type: z.iso.date(), good: aDate, texts: dates },
  { type: z.iso.datetime({ offset: true }).nullable(), good: aTime, texts: times },
  {
    type: z.uuid(),
    good: json(fc.uuid()),
    texts: raw('"x"', '"00000000-0000-0000-0000-00000000000g"'),
  },
  { type: z.string().regex(/^a/).optional(), good: raw('"a"'), texts },
  { type: z.array(z.int()).optional(), good: raw("[]", "[1]"), texts: raw('["1"]', "{}") },
];

const NAMES = ["a", "bb", "ccc", "dddd", "field_5", "longer name", "ü", "h'"];
const odd = raw("null", "1", '"x"', "[]", "{}", "", '{"a":1}');

interface Sample {
  readonly plan: StreamPlan;
  readonly lines: readonly string[];
}

/** A schema of some kinds under some names, and records in many spellings. */
const samples: fc.Arbitrary<Sample> = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      optional: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .chain((picks) => {
    const fields = picks.map(({ kind, optional }, i) => {
      const name = NAMES[i] ?? "z";
      return { name, kind, type: optional ? kind.type.optional() : kind.type };
    });
    const shape = Object.fromEntries(fields.map(({ name, type }) => [name, type]));
    return fc
      .array(recordsOf(fields), { minLength: 20, maxLength: 30 })
      .map((lines) => ({ plan: planOf(z.object(shape)), lines }));
  });

function planOf(schema: z.ZodType): StreamPlan {
  const plan = planPipeline({ name: "test", streams: { events: { schema } } }, "/x/pipeline.ts");
  return defined(plan.streams[0], "one stream is planned");
}

function recordsOf(fields: readonly { name: string; kind: Kind }[]): fc.Arbitrary<string> {
  const members = fields.map(({ name, kind }) =>
    fc
      .oneof(
        { weight: 40, arbitrary: kind.good },
        { weight: 4, arbitrary: kind.texts },
        { weight: 1, arbitrary: odd },
      )
      .map((text): [string, string] => [name, text]),
  );
  const spelled = fc.record({
    members: fc.tuple(...members),
    left: fc.array(fc.nat({ max: 20 }), { maxLength: 2 }),
    extra: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom("zz", ...NAMES), odd) },
    ),
    swapped: fc.constantFrom(...Array.from({ length: 10 }, (_, i) => i)),
    gap: fc.constantFrom("", "", "", " ", "  "),
  });
  return fc.oneof(
    { weight: 6, arbitrary: spelled.map(spell) },
    { weight: 1, arbitrary: mutated(spelled.map(spell)) },
  );
}

interface Spelling {
  readonly members: readonly [string, string][];
  readonly left: readonly number[];
  readonly extra: readonly [string, string] | undefined;
  readonly swapped: number;
  readonly gap: string;
}

function spell({ members, left, extra, swapped, gap }: Spelling): string {
  const kept: (readonly [string, string])[] = members.filter((_one, i) => !left.includes(i));
  if (swapped === 0) {
    kept.reverse();
  }
  if (extra !== undefined) {
    kept.push(extra);
  }
  return `{${kept.map(([name, text]) => `${JSON.stringify(name)}:${gap}${text}`).join(`,${gap}`)}}`;
}

/** One byte more, less or other. */
function mutated(lines: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.constantFrom("", '"', ",", "}", "\\", " ", "0", "e", "\u0001", "é");
  return fc.tuple(lines, fc.nat(), fc.nat({ max: 2 }), change).map(([line, at, cut, by]) => {
    const place = at % (line.length + 1);
    return (line.slice(0, place) + by + line.slice(place + cut)).toWellFormed();
  });
}

/** Values that the scanner's offsets show, as JSON.parse would give them. */
function scanned(scanner: Scanner, bytes: Buffer): Record<string, unknown> | undefined {
  if (scanner.scan(bytes, 0, bytes.length) !== 0) {
    return undefined;
  }
  const entries = scanner.fields.flatMap(({ name, type }, i): [string, unknown][] => {
    const [start, end] = [scanner.offsets[2 * i] ?? 0, scanner.offsets[2 * i + 1] ?? 0];
    if (start < 0) {
      return start === -1 ? [] : [[name, null]];
    }
    const text = bytes.toString("utf8", start, end);
    const isText = type === "text" || type === "date" || type === "timestamp";
    return [[name, isText ? text : JSON.parse(text)]];
  });
  return Object.fromEntries(entries);
}

function judgements(plan: StreamPlan, lines: readonly Buffer[]): Judgement[] {
  const judge = openJudge(plan);
  return lines.map((line) => judge.judge(line, isUtf8(line)));
}

test("what the scanner takes the general way takes, with the same values", () => {
  let taken = 0;
  fc.assert(
    fc.property(samples, ({ plan, lines }) => {
      const bytes = lines.map((text) => Buffer.from(text));
      const judged = judgements(plan, bytes);
      const scanner = compileScanner(plan);
      for (const [place, line] of bytes.entries()) {
        const values = scanned(scanner, line);
        const general = judged[place];
        taken += values === undefined ? 0 : 1;
        expect(values === undefined ? undefined : general).toEqual(
          values === undefined ? undefined : { event: values, broken: false },
        );
      }
    }),
    { numRuns: 40 },
  );
  // A scanner that takes nothing would agree with everything.
  expect(taken).toBeGreaterThan(50);
});

test("the checker's verdict on a body is the general way's on its lines", () => {
  fc.assert(
    fc.property(samples, ({ plan, lines }) => {
      const whole = lines.map((line) => line.trim()).filter((line) => line !== "");
      const verdict = openChecker(plan).check(Buffer.from(whole.join("\n")), "ndjson");
      const judged = judgements(
        plan,
        whole.map((line) => Buffer.from(line)),
      );
      const expected = whole.filter((_line, i) => "event" in defined(judged[i], "one per line"));
      const { bytes, starts, ends, count } = verdict.accepted;
      const got = Array.from({ length: count }, (_, i) =>
        bytes.toString("utf8", starts[i], ends[i]),
      );
      expect(got).toEqual(expected);
      expect(verdict.count).toBe(whole.length);
    }),
    { numRuns: 40 },
  );
});

test("an array is judged as its members are, or is broken", () => {
  fc.assert(
    fc.property(samples, ({ plan, lines }) => {
      const sound = lines.filter(isJson);
      const body = Buffer.from(`[${sound.join(", \n")}]`);
      const verdict = openChecker(plan).check(body, "json");
      const judged = judgements(
        plan,
        sound.map((line) => Buffer.from(line)),
      );
      expect(verdict.accepted.count).toBe(judged.filter((one) => "event" in one).length);
      expect(verdict.count).toBe(sound.length);
    }),
    { numRuns: 40 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("canonical valid records of flat schemas take the quick way", () => {
  const schema = z.object({
    s: z.string().max(20),
    n: z.number().nullable(),
    i: z.int().optional(),
    b: z.boolean(),
    d: z.iso.date(),
  });
  const scanner = compileScanner(planOf(schema));
  const plain = fc
    .string({ unit: "grapheme", maxLength: 5 })
    .map((s) => s.replaceAll(/["\\\p{Cc}]/gu, ""));
  const records = fc.record(
    {
      s: plain.filter((s) => s.length <= 20),
      n: fc.option(fc.integer().map((x) => x / 8)),
      i: fc.maxSafeInteger().map((x) => (x === 0 ? 0 : x)),
      b: fc.boolean(),
      d: fc
        .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
    },
    { requiredKeys: ["s", "n", "b", "d"] },
  );
  fc.assert(
    fc.property(records, (record) => {
      const { s, n, i, b, d } = record;
      const bytes = Buffer.from(JSON.stringify({ s, n, i, b, d }));
      expect(scanned(scanner, bytes)).toEqual(JSON.parse(bytes.toString()));
    }),
  );
});
