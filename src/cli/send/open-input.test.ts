/** Files as they come: packed, marked, cut short, or not what they seem. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { openInput } from "./open-input.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function* nothing(): AsyncGenerator<Buffer> {}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, stdin = nothing()): Promise<{ text: string; format: string }> {
  const input = await openInput(path, { format: undefined, stdin });
  const chunks: Buffer[] = [];
  for await (const chunk of input.chunks) {
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString(), format: input.format };
}

const csv = "a,b\n1,2\n";

test.each([
  ["plain.csv", csv],
  ["marked.csv", `\ufeff${csv}`],
  ["packed.csv.gz", gzipSync(csv)],
  ["packed.csv.zst", zstdCompressSync(csv)],
  ["marked.csv.gz", gzipSync(`\ufeff${csv}`)],
  ["two-members.csv.gz", Buffer.concat([gzipSync("a,b\n"), gzipSync("1,2\n")])],
  ["packed-without-saying-so.csv", gzipSync(csv)],
])("%s is read as CSV", async (name, content) => {
  expect(await read(file(name, content))).toEqual({ text: csv, format: "csv" });
});

test.each([
  ["rows.json", '[{"a":1}]', "json"],
  ["pretty.json", '{\n  "a": 1\n}', "json"],
  ["lines.json", '{"a":1}\n{"a":2}\n', "ndjson"],
  ["first-broken.json", '{"a":\n{"a":2}\n', "ndjson"],
  ["lines.jsonl", '{"a":1}\n', "ndjson"],
  ["unnamed", '[{"a":1}]', "json"],
  ["unnamed2", '{"a":1}\n', "ndjson"],
  ["unnamed3", csv, "csv"],
  ["empty.csv", "", "csv"],
])("%s is known for what it is", async (name, content, format) => {
  expect(await read(file(name, content))).toEqual({ text: content, format });
});

test.each([
  ["missing.csv", undefined, "there is no such file"],
  ["zip.csv", Buffer.from("PK\u0003\u0004rest"), "a zip archive"],
  ["table.parquet", Buffer.from("PAR1\0\0"), "a Parquet file"],
  ["utf16.csv", Buffer.from("\ufeffa,b\n", "utf16le"), "UTF-16"],
  ["blob.csv", Buffer.from("abc\0def\0"), "binary"],
  ["blob.csv.gz", gzipSync(Buffer.from("abc\0def\0")), "binary"],
  ["twice.csv.gz", gzipSync(gzipSync(csv)), "packed twice"],
  ["not-packed.csv.gz", csv, "not packed"],
])("%s is refused in plain words", async (name, content, says) => {
  const path = content === undefined ? join(folder, name) : file(name, content);
  await expect(read(path)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  await expect(read(path)).rejects.toThrow(says);
});

test("a folder is refused", async () => {
  mkdirSync(join(folder, "sub"), { recursive: true });
  await expect(read(join(folder, "sub"))).rejects.toThrow("it is a folder");
});

test("a packed file that was cut short gives what it holds, then says so", async () => {
  const rows = Array.from({ length: 50_000 }, (_, index) => `${index},${index * 7919}\n`).join("");
  const packed = gzipSync(csv + rows);
  const path = file("short.csv.gz", packed.subarray(0, packed.length / 2));
  const input = await openInput(path, { format: undefined, stdin: nothing() });
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of input.chunks) {
      bytes += chunk.length;
    }
  })();
  await expect(reading).rejects.toThrow("cut short");
  expect(bytes).toBeGreaterThan(10_000);
});

async function* inTwo(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes.subarray(0, 3);
  yield bytes.subarray(3);
}

test("standard input is known by its content", async () => {
  expect(await read("-", inTwo(Buffer.from('{"a":1}\n')))).toEqual({
    text: '{"a":1}\n',
    format: "ndjson",
  });
  expect(await read("-", inTwo(gzipSync(csv)))).toEqual({ text: csv, format: "csv" });
});
