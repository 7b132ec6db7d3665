/** Objects as independent readers see them: DuckDB for CSV, NDJSON and Parquet, hyparquet for Parquet. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { DeadLetter } from "../../../base/dead-letter.ts";
import type { Frame } from "../../../seams/consume.ts";
import { planOne, toFrame } from "../fixture.ts";
import { BlockPool } from "./byte-sink.ts";
import { compress } from "./compress.ts";
import { type Encoded, openEncoder } from "./encoder.ts";

const pool = new BlockPool(4_194_304);
const schema = z.object({
  name: z.string(),
  size: z.int().nullish(),
  price: z.number().nullish(),
  fresh: z.boolean().nullish(),
  day: z.iso.date().nullish(),
  at: z.iso.datetime({ offset: true }).nullish(),
  note: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
});

type Deliver = NonNullable<
  Parameters<typeof planOne<z.infer<typeof schema>, unknown>>[0]["deliver"]
>;

function encode(frames: readonly Frame[], deliver: Deliver, more: object = {}): Encoded {
  const batch = openEncoder(planOne({ schema, deliver, ...more } as never), pool).open();
  for (const frame of frames) {
    batch.add(frame, 0, frame.count);
  }
  return batch.finish();
}

function textOf({ rows }: Encoded): string {
  return Buffer.concat(rows.chunks).toString();
}

function lettersOf({ failed }: Encoded): DeadLetter[] {
  const lines = Buffer.concat(failed.chunks).toString().trim().split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as DeadLetter);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-encode-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const HARD = [
  {
    name: "plain",
    size: 1,
    price: 2.5,
    fresh: true,
    day: "2026-01-31",
    at: "2026-01-31T10:00:00Z",
  },
  { name: "a,b", size: -9007199254740991, note: 'says "yes"', tags: ["x", "y,z"] },
  { name: "", size: 0, price: 0, fresh: false, note: "" },
  {
    name: "line\nbreak\r\n",
    note: "tab\tand \\ backslash",
    at: "2026-07-13T14:05:06.123456+02:00",
  },
  { name: "žluťoučký 🐎, kůň", note: null, price: -1e-7 },
  { name: "NULL", note: "null", size: null },
  { name: " spaces ", note: "x".repeat(200), tags: [] },
  { name: "long, with a comma ".repeat(10), note: '"' },
];
const TYPES =
  "name varchar, size bigint, price double, fresh boolean, day date, at timestamp, note varchar, tags varchar, " +
  "_event_id varchar, _shard bigint, _sequence bigint, _accepted_at timestamp, _extra varchar";

const PLAIN = { none: "none", gzip: "gzip", zstd: "zstd", snappy: "none" } as const;
const PACKED = { csv: PLAIN, parquet: PLAIN, ndjson: { ...PLAIN, none: "uncompressed" } } as const;

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readBack(encoded: Encoded, deliver: Deliver): Promise<Record<string, unknown>[]> {
  const { format = "ndjson", compression = "none" } = deliver;
  const path = join(folder, `${format}-${compression}`);
  await writeFile(path, Buffer.concat(await compress(encoded.rows.chunks, compression)));
  const columns = `columns = {${TYPES.split(", ")
    .map((one) => `'${one.split(" ")[0]}': '${one.split(" ")[1]}'`)
    .join(", ")}}`;
  const packed = `compression = '${PACKED[format][compression]}'`;
  const from = {
    csv: `read_csv('${path}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, ${columns}, ${packed})`,
    ndjson: `read_json('${path}', format = 'newline_delimited', ${columns}, ${packed})`,
    parquet: `read_parquet('${path}')`,
  }[format];
  return await query(`select * from ${from} order by _sequence`);
}

/** What a reader must see: nulls as null, times in UTC, lists as compact JSON. */
function expected(): Record<string, unknown>[] {
  const frame = toFrame([]);
  return HARD.map((row, index) => ({
    name: row.name,
    size: row.size === undefined || row.size === null ? null : String(row.size),
    price: row.price ?? null,
    fresh: row.fresh ?? null,
    day: row.day ?? null,
    at: row.at === undefined ? null : duckTime(row.at),
    note: row.note ?? null,
    tags: row.tags === undefined ? null : JSON.stringify(row.tags),
    _event_id: `prices.0.${index + 1}`,
    _shard: "0",
    _sequence: String(index + 1),
    _accepted_at: new Date(frame.acceptedAt).toISOString().replace("T", " ").slice(0, -1),
    _extra: null,
  }));
}

function duckTime(text: string): string {
  const fraction = /\.\d+/.exec(text)?.[0] ?? "";
  return new Date(text).toISOString().replace("T", " ").slice(0, 19) + fraction;
}

describe.each(["canonical", "shuffled"])("%s records", (order) => {
  const texts = HARD.map((row) =>
    JSON.stringify(
      order === "canonical" ? row : Object.fromEntries(Object.entries(row).toReversed()),
    ),
  );
  it.each([
    ["csv", "none"],
    ["csv", "gzip"],
    ["csv", "zstd"],
    ["ndjson", "none"],
    ["ndjson", "gzip"],
    ["ndjson", "zstd"],
    ["parquet", "none"],
    ["parquet", "snappy"],
    ["parquet", "gzip"],
    ["parquet", "zstd"],
  ] as const)("are read back from %s %s", async (format, compression) => {
    const deliver = { format, compression };
    const encoded = encode([toFrame(texts)], deliver);
    expect(encoded.rows.records).toBe(HARD.length);
    expect(
      await readBack(encoded, { format, compression: format === "parquet" ? "none" : compression }),
    ).toEqual(expected());
  });
});

describe("parquet", () => {
  it("has proper types for a reader of its own kind", async () => {
    const records = ['{"name":"a","size":12345678901234567,"at":"2026-07-13T14:05:06.123456Z"}'];
    const { rows } = encode([toFrame(records)], { format: "parquet", compression: "snappy" });
    const buffer = Buffer.concat(rows.chunks);
    const file = buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length);
    const [row] = await parquetReadObjects({ file });
    expect(row?.["size"]).toBe(12345678901234567n);
    expect(row?.["at"]).toEqual(new Date("2026-07-13T14:05:06.123Z"));
    expect(row?.["_sequence"]).toBe(1n);
    expect(row?.["day"]).toBeNull();
  });
});

describe("numbers", () => {
  it.each(["csv", "ndjson"] as const)("keep every digit in %s", (format) => {
    const record = '{"name":"a","other":98765432109876543,"size":12345678901234567}';
    const text = textOf(encode([toFrame([record])], { format }));
    expect(text).toContain("12345678901234567");
    expect(text).toContain("98765432109876543");
  });
});

describe("event ids", () => {
  const record = '{"name":"a","size":7,"price":1.0}';
  it("are joined from the plan's fields, the same by both ways", () => {
    const id = ["name", "size", "price", "note"];
    const scanned = textOf(encode([toFrame([record])], { format: "csv" }, { id }));
    const parsed = textOf(encode([toFrame([` ${record}`])], { format: "csv" }, { id }));
    expect(scanned).toBe(parsed.replace(",1,", ",1.0,"));
    expect(scanned).toContain(",a|7|1|,0,1,");
  });

  it("are taken from the frame where it keeps them, whatever they hold", () => {
    const frame = toFrame([record], { ids: ['i,"d'] });
    expect(textOf(encode([frame], { format: "csv" }, { id: () => "" }))).toContain('"i,""d",0,1,');
    const json = textOf(encode([frame], { format: "ndjson" }, { id: () => "" }));
    expect(JSON.parse(json)).toMatchObject({ _event_id: 'i,"d' });
  });
});

describe("transforms", () => {
  const records = ["a", "b", "c", "d"].map((name) => `{"name":"${name}","size":1}`);
  it("keep, drop and set aside, each counted", () => {
    const encoded = encode([toFrame(records)], { format: "csv", transform });
    expect(textOf(encoded).split("\n")[1]).toMatch(/^D,2,,,,,,,prices\.0\.4,0,4,/);
    expect(encoded).toMatchObject({
      records: 4,
      droppedRecords: 1,
      dropped: [{ shard: 0, first: 1, last: 1 }],
      rows: { records: 1 },
      failed: { records: 2 },
    });
    const [threw, unfit] = lettersOf(encoded);
    expect(threw).toMatchObject({
      id: "prices.0.2",
      stage: "transform",
      cause: "TRANSFORM_FAILED",
      reasons: [{ path: "", message: "b is not sold here" }],
      received_at: "2026-07-13T14:05:06.789Z",
      raw_text: records[1],
      raw_base64: Buffer.from(records[1] ?? "").toString("base64"),
    });
    expect(unfit?.reasons[0]).toMatchObject({
      path: "/size",
      message: 'size must be a whole number of 64 bits, got "many"',
    });
  });

  it.each([
    ["a promise", async () => ({ name: "x" }), /not a promise/],
    ["a list", () => [1], /not a row/],
    ["a row without what it must have", () => ({ size: 1 }), /name must not be empty/],
    ["a number without end", () => ({ name: "x", price: Infinity }), /finite/],
    ["a day that is none", () => ({ name: "x", day: "2026-02-30" }), /must be a date/],
    ["what throws when it is written", () => ({ name: "x", tags: circle() }), /circular/i],
  ])("set a record aside that becomes %s", (_what, made, says) => {
    for (const format of ["csv", "ndjson", "parquet"] as const) {
      const encoded = encode([toFrame(records)], { format, transform: made });
      expect(encoded.rows.records).toBe(0);
      expect(lettersOf(encoded)[0]?.reasons[0]?.message).toMatch(says);
    }
  });

  it("take a Date for a time, and see where the record was", () => {
    const text = textOf(encode([toFrame(records)], { format: "csv", transform: showPlace }));
    expect(text).toContain("prices.0.3,3,,,,1970-01-01T00:00:00.000Z,");
  });
});

describe("unknown fields", () => {
  const record = '{"name":"a","colour":"red","weight":1.5,"_shard":9,"deep":{"x":1}}';
  const discovered = { colour: "text", weight: "number", _shard: "integer", deep: "json" };

  it("go into _extra in CSV, and are told", () => {
    const encoded = encode([toFrame([record])], { format: "csv" });
    expect(textOf(encoded)).toContain('"{""colour"":""red"",""weight"":1.5,""_shard"":9,');
    expect(encoded.discovered).toEqual(discovered);
  });

  it("stay in place in NDJSON, but never take the lineage's names", () => {
    const text = textOf(encode([toFrame([record])], { format: "ndjson" }));
    expect(text.match(/"_shard"/g)?.length).toBe(2);
    expect(JSON.parse(text)).toMatchObject({ colour: "red", _shard: 0, _extra: { _shard: 9 } });
  });

  it("are left out where the stream ignores them", () => {
    const drift = { newField: "ignore" };
    const encoded = encode([toFrame([record])], { format: "ndjson" }, { drift });
    expect(textOf(encoded)).not.toContain("red");
    expect(encoded.discovered).toEqual({});
  });

  it("set a transformed row aside where the stream quarantines them", () => {
    const deliver: Deliver = { format: "csv", transform: (event: unknown) => event };
    const encoded = encode([toFrame([record])], deliver, { drift: { newField: "quarantine" } });
    expect(lettersOf(encoded)[0]?.reasons[0]).toMatchObject({ path: "/colour" });
  });

  it("have the narrowest type that holds all their values", () => {
    const records = [
      '{"name":"a","x":1,"y":"2026-01-01","z":true,"w":null}',
      '{"name":"a","x":1.5,"y":"2026-01-01T00:00:00Z","z":"yes","v":[1]}',
    ];
    const { discovered: found } = encode([toFrame(records)], { format: "csv" });
    expect(found).toEqual({ x: "number", y: "text", z: "text", v: "json" });
  });
});

describe("a record that is none", () => {
  it.each(["nonsense", "[1]", "", '{"name":'])("%j is set aside and stops nothing", (poison) => {
    const encoded = encode([toFrame([poison, '{"name":"good"}'])], { format: "csv" });
    expect(encoded).toMatchObject({ rows: { records: 1 }, failed: { records: 1 } });
    expect(lettersOf(encoded)[0]).toMatchObject({ raw_text: poison, member: 0 });
  });
});

describe("batches", () => {
  it("are the same bytes for the same records, however the blocks were used before", () => {
    const frames = [1, 501].map((firstSequence) =>
      toFrame(
        Array.from({ length: 500 }, (_, i) =>
          JSON.stringify({ name: `n${i}`, note: "x".repeat(3000) }),
        ),
        { firstSequence },
      ),
    );
    for (const format of ["csv", "ndjson", "parquet"] as const) {
      const texts = [0, 1, 2].map(() => {
        const encoded = encode(frames, { format });
        const bytes = Buffer.concat(encoded.rows.chunks);
        encoded.release();
        return bytes;
      });
      expect(texts[0]?.equals(texts[1] ?? Buffer.alloc(0))).toBe(true);
      expect(texts[0]?.equals(texts[2] ?? Buffer.alloc(0))).toBe(true);
    }
  });

  it("know their ranges by shard and their first and last times", () => {
    const encoded = encode(
      [
        toFrame(['{"name":"a"}'], { shard: 2, firstSequence: 5, acceptedAt: 2000 }),
        toFrame(['{"name":"b"}'], { shard: 0, firstSequence: 9, acceptedAt: 1000 }),
        toFrame(['{"name":"c"}', '{"name":"d"}'], { shard: 2, firstSequence: 6, acceptedAt: 3000 }),
      ],
      { format: "csv" },
    );
    expect(encoded.ranges).toEqual([
      { shard: 0, first: 9, last: 9 },
      { shard: 2, first: 5, last: 7 },
    ]);
    expect([encoded.firstAcceptedAt, encoded.lastAcceptedAt]).toEqual([1000, 3000]);
  });
});

function transform(event: { name: string; size?: number | null | undefined }): unknown {
  if (event.name === "a") {
    return undefined;
  }
  if (event.name === "b") {
    throw new TypeError("b is not sold here");
  }
  return { name: event.name.toUpperCase(), size: event.name === "c" ? "many" : 2 };
}

function showPlace(_event: unknown, context: { sequence: number; eventId: string }): unknown {
  return { name: context.eventId, size: context.sequence, at: new Date(0) };
}

function circle(): object {
  const made: Record<string, unknown> = {};
  made["self"] = made;
  return made;
}
