/** Rows of an object, read apart from everything that wrote them. */

import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { StoredPart } from "../../seams/announce.ts";

/** A row's members by name, as texts or as JSON has them. */
export type Members = Readonly<Record<string, unknown>>;

export function decodeRows(bytes: Buffer, { format, compression }: StoredPart): readonly Members[] {
  const text = inflate(bytes, compression).toString("utf8");
  return format === "csv" ? fromCsv(text) : fromLines(text);
}

function inflate(bytes: Buffer, compression: StoredPart["compression"]): Buffer {
  switch (compression) {
    case "gzip":
      return gunzipSync(bytes);
    case "zstd":
      return zstdDecompressSync(bytes);
    default:
      return bytes;
  }
}

function fromLines(text: string): Members[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Members);
}

function fromCsv(text: string): Members[] {
  const [head = [], ...rows] = csvRows(text);
  return rows.map((row) =>
    Object.fromEntries(head.map((name, at) => [name ?? "", row[at] ?? null])),
  );
}

type CsvCell = string | undefined;

/** RFC 4180; an empty cell without quotes is undefined. */
function csvRows(text: string): CsvCell[][] {
  const rows: CsvCell[][] = [];
  let row: CsvCell[] = [];
  for (let at = 0; at < text.length;) {
    const quoted = text[at] === '"';
    const [cell, end] = quoted ? quotedCell(text, at + 1) : plainCell(text, at);
    row.push(cell);
    if (text[end] !== ",") {
      rows.push(row);
      row = [];
    }
    at = end + 1;
  }
  return rows;
}

function plainCell(text: string, from: number): [CsvCell, number] {
  let end = from;
  while (end < text.length && text[end] !== "," && text[end] !== "\n") {
    end += 1;
  }
  return [end === from ? undefined : text.slice(from, end), end];
}

function quotedCell(text: string, from: number): [CsvCell, number] {
  let end = text.indexOf('"', from);
  while (text[end + 1] === '"') {
    end = text.indexOf('"', end + 2);
  }
  return [text.slice(from, end).replaceAll('""', '"'), end + 1];
}
