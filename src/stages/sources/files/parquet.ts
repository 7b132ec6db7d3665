/** Rows of a Parquet file as NDJSON, row group by row group. */

import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { causeOf, Fault } from "../../../base/faults.ts";
import type { FileBatch } from "./batches.ts";

const ROWS = 2000;
/** Decompressed, a page of a column may not be larger. */
const PAGE_BYTES_MAX = 268_435_456;
const limits = { maxOutputLength: PAGE_BYTES_MAX };
const COMPRESSORS = {
  GZIP: (bytes: Uint8Array): Uint8Array => gunzipSync(bytes, limits),
  BROTLI: (bytes: Uint8Array): Uint8Array => brotliDecompressSync(bytes, limits),
  ZSTD: (bytes: Uint8Array): Uint8Array => zstdDecompressSync(bytes, limits),
};

/** Batches from row `skip` on. Throws FILE_UNREADABLE. */
export async function* readParquet(path: string, skip: number): AsyncGenerator<FileBatch> {
  // Loaded with the first such file: most pipelines read none.
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } =
    await import("hyparquet");
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const rows = Number(metadata.num_rows);
    for (let first = skip; first < rows; first += ROWS) {
      const rowEnd = Math.min(rows, first + ROWS);
      const read = { file, metadata, rowStart: first, rowEnd, compressors: COMPRESSORS };
      const objects = await parquetReadObjects(read);
      const body = Buffer.from(objects.map((row) => `${JSON.stringify(row, plain)}\n`).join(""));
      const line = (member: number): string => ` row ${first + member + 1}`;
      yield { body, format: "ndjson", first, records: objects.length, line };
    }
  } catch (thrown) {
    if (thrown instanceof Fault) {
      throw thrown;
    }
    throw new Fault("FILE_UNREADABLE", { file: path, cause: causeOf(thrown) }, thrown);
  }
}

/** Values that JSON does not know as people write them: large integers as digits, bytes as base64. */
function plain(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
