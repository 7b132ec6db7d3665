/** Tells what a file is by its name and first bytes. */

import type { FileFormat } from "./batch.ts";

const MAGICS: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], "gzip"],
  [[0x28, 0xb5, 0x2f, 0xfd], "zstd"],
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive or a spreadsheet"],
  [[0x50, 0x41, 0x52, 0x31], "a Parquet file"],
  [[0x42, 0x5a, 0x68, 0x39, 0x31], "packed with bzip2"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "packed with xz"],
  [[0x25, 0x50, 0x44, 0x46, 0x2d], "a PDF document"],
  [[0xff, 0xfe], "text in UTF-16; save it as UTF-8"],
  [[0xfe, 0xff], "text in UTF-16; save it as UTF-8"],
];

/** "gzip", "zstd", or in words what else the first bytes are known to begin; undefined for none of these. */
export function knownMagic(head: Buffer): string | undefined {
  return MAGICS.find(([bytes]) => bytes.every((byte, index) => head[index] === byte))?.[1];
}

/** In words why these first bytes are no text; undefined when they may be. */
export function looksBinary(head: Buffer): string | undefined {
  const magic = knownMagic(head);
  if (magic === "gzip" || magic === "zstd") {
    return "packed twice";
  }
  return magic ?? (head.includes(0) ? "binary, not text" : undefined);
}

const EXTENSIONS: Readonly<Record<string, FileFormat>> = {
  csv: "csv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
};

/** By the name's ending, or by what the text begins with when the name does not tell. */
export function toFormat(path: string, head: Buffer): FileFormat {
  const plain = path.replace(/\.(gz|zst)$/i, "");
  const byName = EXTENSIONS[/\.([a-z]+)$/i.exec(plain)?.[1]?.toLowerCase() ?? ""];
  if (byName !== undefined && byName !== "json") {
    return byName;
  }
  const text = head.toString("utf8").trimStart();
  if (text.startsWith("{")) {
    // Many files named .json hold one object per line, and the first of them may be the broken one.
    const lines = text.split("\n", LINES_LOOKED_AT);
    return lines.some(isObject) ? "ndjson" : "json";
  }
  return byName ?? (text.startsWith("[") ? "json" : "csv");
}

const LINES_LOOKED_AT = 20;

function isObject(line: string): boolean {
  try {
    return line.startsWith("{") && typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}
