/** Files in every format, dialect and encoding; what is read is what was written. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteFile } from "hyparquet-writer";
import { afterAll, expect, test } from "vitest";
import type { FileBatch } from "./batches.ts";
import { readFile, type ReadPlan } from "./read-file.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const AUTO: ReadPlan = {
  format: "auto",
  encoding: "auto",
  delimiter: "auto",
  quote: '"',
  decimal: "auto",
  tags: "auto",
  columns: undefined,
  texts: ["place", "note"],
};

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Read {
  readonly text: string;
  readonly notes: readonly string[];
  readonly batches: readonly FileBatch[];
}

async function read(path: string, plan: Partial<ReadPlan> = {}, skip = 0): Promise<Read> {
  const notes: string[] = [];
  const batches: FileBatch[] = [];
  const given = {
    path,
    name: path.slice(folder.length + 1),
    skip,
    say: (note: string) => void notes.push(note),
  };
  for await (const batch of readFile(given, { ...AUTO, ...plan })) {
    batches.push(batch);
  }
  return { text: batches.map(({ body }) => body.toString()).join(""), notes, batches };
}

const PLAIN = "place,price\nKumasi,1.5\nTamale,2\n";
const LINES = '{"a":1}\n{"a":2}\n';

test.each([
  ["plain.csv", PLAIN, PLAIN],
  ["crlf.csv", PLAIN.replaceAll("\n", "\r\n"), PLAIN.replaceAll("\n", "\r\n")],
  ["marked.csv", `\ufeff${PLAIN}`, PLAIN],
  ["packed.csv.gz", gzipSync(PLAIN), PLAIN],
  ["packed.csv.zst", zstdCompressSync(PLAIN), PLAIN],
  ["no-end.csv", PLAIN.trimEnd(), PLAIN],
  ["tabs.csv", PLAIN.replaceAll(",", "\t"), PLAIN],
  ["pipes.csv", PLAIN.replaceAll(",", "|"), PLAIN],
  ["semicolons.csv", "place;price\nKumasi;1,5\nTamale;2\n", PLAIN],
  [
    "grouped.csv",
    "place;price\nAccra;1.234,5\nBo;-7,25\n",
    "place,price\nAccra,1234.5\nBo,-7.25\n",
  ],
  ["text-commas.csv", "place;note;price\nA;1,5;2,5\n", 'place,note,price\nA,"1,5",2.5\n'],
  ["tags.csv", "place,price\n#loc+name,#value\nKumasi,1.5\nTamale,2\n", PLAIN],
  ["some-tags.csv", "place,price\n#loc+name,\nKumasi,1.5\nTamale,2\n", PLAIN],
  ["no-tags.csv", "place,price\n#1 Mall,3\n", "place,price\n#1 Mall,3\n"],
  ["quoted.csv", 'place;price\n"a;b\n""c""";1\n', 'place,price\n"a;b\n""c""",1\n'],
  ["returns.csv", PLAIN.replaceAll("\n", "\r"), PLAIN],
  ["sep.csv", "sep=;\nplace;price\nKumasi;1,5\nTamale;2\n", PLAIN],
  ["sep-tab.csv", "\ufeffSEP=\t\r\nplace\tprice\nKumasi\t1.5\nTamale\t2\n", PLAIN],
  ["header-only.csv", "place,price\n", ""],
  ["lines.ndjson", LINES, LINES],
  ["lines.json", LINES, LINES],
  ["array.json", '[{"a":1},\n {"a":2}]', LINES],
  ["array.json.gz", gzipSync('[{"a":1}, {"a":2}]'), LINES],
])("%s", async (name, content, wanted) => {
  expect((await read(file(name, content))).text).toBe(wanted);
});

test("a dialect that is said: another quote, names for columns without a header, tags that are kept", async () => {
  const quoted = file("said.csv", "place,price\n'it''s, far',1\n");
  expect((await read(quoted, { quote: "'" })).text).toBe('place,price\n"it\'s, far",1\n');
  const bare = file("bare.csv", "Kumasi;1,5\nTamale;2\n");
  const said = { delimiter: ";", decimal: ",", columns: ["place", "price"] } as const;
  const { text, batches } = await read(bare, said);
  expect(text).toBe('"place","price"\nKumasi,1.5\nTamale,2\n');
  expect(batches[0]?.line(1)).toBe(":2");
  const tags = file("kept.csv", "a,b\n#x,#y\n");
  expect((await read(tags, { tags: "keep" })).text).toBe("a,b\n#x,#y\n");
});

test("lines are counted from the file's first, whatever a spreadsheet did to them", async () => {
  const { batches } = await read(file("sep-lines.csv", "sep=;\rplace;price\rKumasi;1\rTamale;2\r"));
  expect([batches[0]?.line(0), batches[0]?.line(1)]).toEqual([":3", ":4"]);
  const long = `place,price\r${"Kumasi,1\r".repeat(40_000)}`;
  const { text, notes } = await read(file("returns-long.csv", long));
  expect(text.match(/Kumasi,1\n/g)).toHaveLength(40_000);
  expect(notes.join()).toContain("carriage return");
});

test.each([
  ["latin.csv", Buffer.from("place,price\nAbidján,1\n", "latin1"), "Abidján", "Windows-1252"],
  ["euro.csv", Buffer.from("place,price\n\x80uro,1\n", "latin1"), "€uro", "Windows-1252"],
  ["wide.csv", Buffer.from("\ufeffplace,price\nAbidján,1\n", "utf16le"), "Abidján", "UTF-16LE"],
  ["unmarked.csv", Buffer.from("place,price\nAbidján,1\n", "utf16le"), "Abidján", "UTF-16LE"],
  [
    "big.csv",
    Buffer.from("\ufeffplace,price\nAbidján,1\n", "utf16le").swap16(),
    "Abidján",
    "UTF-16BE",
  ],
])("%s is turned into UTF-8, and that is said", async (...given) => {
  const [name, bytes, word, says] = given;
  const { text, notes } = await read(file(name, bytes));
  expect(text).toBe(`place,price\n${word},1\n`);
  expect(notes.join()).toContain(says);
});

test("Latin letters far behind in a large file, and a character cut by a chunk's end", async () => {
  const ascii = `place,price\n${"Kumasi,1\n".repeat(200_000)}`;
  const late = await read(file("late.csv", Buffer.from(`${ascii}Abidján,2\n`, "latin1")));
  expect(late.text).toContain("\nAbidján,2\n");
  const cut = `place,price\n${"x".repeat(262_144 - 13)}é,1\n`;
  expect(await read(file("cut.csv", cut))).toMatchObject({ text: cut, notes: [] });
});

test("damage among true UTF-8 stays as it is, for the check to set aside", async () => {
  const text = `place,price\n${"Abidján,1\n".repeat(30)}`;
  const bytes = Buffer.concat([Buffer.from(text), Buffer.from("Th\xeds,2\n", "latin1")]);
  const { batches, notes } = await read(file("damaged.csv", bytes));
  expect(Buffer.concat(batches.map(({ body }) => body))).toEqual(bytes);
  expect(notes.join()).toContain("not UTF-8");
});

test("Parquet, with every packing that Node has", async () => {
  const path = join(folder, "rows.parquet");
  const when = new Date("2026-01-02T03:04:05Z");
  parquetWriteFile({
    filename: path,
    columnData: [
      { name: "n", data: [1n, 2n, 9007199254740993n], type: "INT64" },
      { name: "place", data: ["Abidján", null, "c"], type: "STRING" },
      { name: "at", data: [when, when, when], type: "TIMESTAMP" },
    ],
  });
  const { text, batches } = await read(path);
  expect(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { n: 1, place: "Abidján", at: when.toISOString() },
    { n: 2, place: null, at: when.toISOString() },
    { n: "9007199254740993", place: "c", at: when.toISOString() },
  ]);
  expect(batches[0]?.line(2)).toBe(" row 3");
  expect((await read(path, {}, 2)).text).toContain("9007199254740993");
});

test("reading goes on behind the records that were brought, wherever that is", async () => {
  const rows = Array.from({ length: 12_000 }, (_none, n) => `Kumasi ${n},${n}\n`);
  const path = file("resume.csv", `place,price\n${rows.join("")}`);
  for (const skip of [0, 1, 4999, 5000, 7777, 11_999]) {
    const { batches } = await read(path, {}, skip);
    const got = batches.flatMap(({ body }) => body.toString().split("\n").slice(1, -1));
    expect(got).toEqual(rows.slice(skip).map((row) => row.trimEnd()));
    expect(batches[0]?.first).toBe(skip);
    expect(batches[0]?.line(0)).toBe(`:${skip + 2}`);
  }
});

test("lines are counted past tags, empty lines and line feeds inside of cells", async () => {
  const { batches } = await read(
    file("counted.csv", 'place,price\n#loc,#value\n\n"a\nb",1\nc,2\n\n\nd,3\n'),
  );
  const [batch] = batches;
  expect([0, 1, 2].map((member) => batch?.line(member))).toEqual([":4", ":6", ":9"]);
  expect(batch?.first).toBe(1);
});

test.each([
  ["zip.csv", Buffer.from("PK\u0003\u0004rest"), "a zip archive"],
  ["blob.csv", Buffer.from("abc\0def\0"), "binary"],
  ["not-packed.csv.gz", PLAIN, "not packed"],
  ["short.csv.gz", gzipSync(PLAIN).subarray(0, 20), "cut short"],
  ["short.parquet", Buffer.from("PAR1\0\0\0\0"), "arquet"],
  ["missing.csv", undefined, "no such file"],
])("%s is refused in plain words", async (name, content, says) => {
  const path = content === undefined ? join(folder, name) : file(name, content);
  await expect(read(path)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  await expect(read(path)).rejects.toThrow(says);
  expect(content === undefined || readFileSync(path).length > 0).toBe(true);
});

test.each(["long.csv", "long.ndjson", "long.json"])(
  "%s: a row too long to be kept is passed over aloud, and its neighbours arrive",
  async (name) => {
    const long = "x".repeat(9_000_000);
    const rows = [{ a: "first" }, { a: long }, { a: "last" }];
    const texts: Readonly<Record<string, string>> = {
      "long.csv": `a\nfirst\n${long}\nlast\n`,
      "long.ndjson": rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
      "long.json": JSON.stringify(rows),
    };
    const { text, notes } = await read(file(name, texts[name] ?? ""));
    expect(text).toContain("first");
    expect(text).toContain("last");
    expect(text).not.toContain("xxxx");
    expect(notes.join()).toContain("1 row(s) longer than");
  },
);
