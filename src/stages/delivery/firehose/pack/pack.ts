/** An object's bytes as Firehose stores them: compressed, with the extension and the encoding that go with it. */

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { GZIP } from "../../encode/compress.ts";
import { toHadoop, toXerial } from "./snappy.ts";
import { toZip } from "./zip.ts";

export type CompressionFormat = "UNCOMPRESSED" | "GZIP" | "ZIP" | "Snappy" | "HADOOP_SNAPPY";

interface Packing {
  readonly extension: string;
  /** Content-Encoding of the object. */
  readonly encoding: string | undefined;
}

/** Both kinds of Snappy have one extension: the documentation says .hsnappy, the service writes .snappy. */
export const PACKINGS: Readonly<Record<CompressionFormat, Packing>> = {
  UNCOMPRESSED: { extension: "", encoding: undefined },
  GZIP: { extension: ".gz", encoding: "gzip" },
  ZIP: { extension: ".zip", encoding: "zip" },
  Snappy: { extension: ".snappy", encoding: "snappy-java" },
  HADOOP_SNAPPY: { extension: ".snappy", encoding: "hadoop-snappy" },
};

const gzipWhole = promisify(gzip as (input: Buffer, options: object, done: Done) => void);
type Done = (error: Error | null, result: Buffer) => void;

/** The same bytes for the same chunks; `at` is the time of a ZIP archive's one entry. */
export async function pack(
  chunks: readonly Buffer[],
  format: CompressionFormat,
  at: number,
): Promise<readonly Uint8Array[]> {
  switch (format) {
    case "UNCOMPRESSED":
      return chunks;
    case "GZIP":
      return [await gzipWhole(Buffer.concat(chunks), GZIP)];
    case "ZIP":
      return await toArchive(Buffer.concat(chunks), at);
    case "Snappy":
      return toXerial(Buffer.concat(chunks));
    case "HADOOP_SNAPPY":
      return toHadoop(Buffer.concat(chunks));
  }
}

/** The entry is named by a UUID, made from what is in it so that a repetition gives the same archive. */
async function toArchive(bytes: Buffer, at: number): Promise<readonly Uint8Array[]> {
  const hex = createHash("sha256").update(bytes).digest("hex");
  const name = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-a$4-$5");
  return await toZip(bytes, name, at);
}
