/** Opens a file or standard input: unpacked, without a byte order mark, and known not to be something else. */

import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { causeOf, Fault } from "../../base/faults.ts";
import type { FileFormat } from "../../files/batch.ts";
import { knownMagic, looksBinary, toFormat } from "../../files/sniff.ts";

export interface Input {
  /** As people call it. */
  readonly name: string;
  readonly format: FileFormat;
  /** Size on disk; undefined for standard input. */
  readonly bytesTotal: number | undefined;
  /** Whether it may fall silent while it stays open, as a pipe does. */
  readonly live: boolean;
  /** Bytes read from the disk so far, before unpacking. */
  bytesRead(): number;
  /** Unpacked bytes. Throws FILE_UNREADABLE where the file is damaged. */
  readonly chunks: AsyncIterable<Buffer>;
}

const CHUNK_BYTES = 262_144;
/** Enough to know any magic; more would keep a slow pipe waiting. */
const HEAD_BYTES_MIN = 6;

export async function openInput(
  path: string,
  options: { readonly format: FileFormat | undefined; readonly stdin: AsyncIterable<Buffer> },
): Promise<Input> {
  const name = path === "-" ? "standard input" : path;
  const counter = { bytes: 0 };
  const source = path === "-" ? options.stdin : openFile(path);
  const raw = withHead(counted(source, counter, name));
  const unpacked = withHead(unpack(await raw.head(), raw, { name, path }));
  const head = dropMark(await unpacked.head());
  refuseBinary(head, name);
  return {
    name: path === "-" ? name : basename(path),
    format: options.format ?? toFormat(path, head),
    bytesTotal: path === "-" ? undefined : statSync(path).size,
    live: path === "-",
    bytesRead: () => counter.bytes,
    chunks: withoutMark(unpacked),
  };
}

function openFile(path: string): AsyncIterable<Buffer> {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (thrown) {
    throw new Fault("FILE_UNREADABLE", { file: path, cause: plainCause(thrown) }, thrown);
  }
  if (isFolder) {
    throw new Fault("FILE_UNREADABLE", { file: path, cause: "it is a folder" });
  }
  // Without an encoding set, a file yields buffers.
  return createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>;
}

async function* counted(
  source: AsyncIterable<Buffer>,
  counter: { bytes: number },
  name: string,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) {
      counter.bytes += chunk.length;
      yield chunk;
    }
  } catch (thrown) {
    throw new Fault("FILE_UNREADABLE", { file: name, cause: plainCause(thrown) }, thrown);
  }
}

interface WithHead extends AsyncIterable<Buffer> {
  /** The first bytes, a chunk or more; they are still yielded afterwards. */
  head(): Promise<Buffer>;
}

function withHead(source: AsyncIterable<Buffer>): WithHead {
  const iterator = source[Symbol.asyncIterator]();
  let seen: Buffer | undefined;
  const head = async (): Promise<Buffer> => {
    const chunks: Buffer[] = seen === undefined ? [] : [seen];
    let bytes = seen?.length ?? 0;
    while (bytes < HEAD_BYTES_MIN) {
      const next = await iterator.next();
      if (next.done === true) {
        break;
      }
      chunks.push(next.value);
      bytes += next.value.length;
    }
    seen = Buffer.concat(chunks);
    return seen;
  };
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (seen !== undefined && seen.length > 0) {
        yield seen;
      }
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head, [Symbol.asyncIterator]: all };
}

function unpack(
  head: Buffer,
  raw: AsyncIterable<Buffer>,
  { name, path }: { readonly name: string; readonly path: string },
): AsyncIterable<Buffer> {
  const magic = knownMagic(head);
  if (magic === "gzip") {
    return unpackBy(createGunzip({ chunkSize: CHUNK_BYTES }), raw, name);
  }
  if (magic === "zstd") {
    return unpackBy(createZstdDecompress({ chunkSize: CHUNK_BYTES }), raw, name);
  }
  if (magic !== undefined) {
    throw new Fault("FILE_UNREADABLE", { file: name, cause: `it is ${magic}` });
  }
  if (/\.(gz|zst)$/i.test(path) && head.length > 0) {
    const cause = "its name ends like a packed file's, but it is not packed";
    throw new Fault("FILE_UNREADABLE", { file: name, cause });
  }
  return raw;
}

async function* unpackBy(
  unpacker: Transform,
  raw: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<Buffer> {
  // The callback is called with the same error that the loop below throws.
  pipeline(Readable.from(raw, { objectMode: false }), unpacker, () => {});
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      yield chunk;
    }
  } catch (thrown) {
    if (thrown instanceof Fault) {
      throw thrown;
    }
    throw new Fault("FILE_UNREADABLE", { file: name, cause: plainCause(thrown) }, thrown);
  }
}

function refuseBinary(head: Buffer, name: string): void {
  const binary = looksBinary(head);
  if (binary !== undefined) {
    throw new Fault("FILE_UNREADABLE", { file: name, cause: `it is ${binary}` });
  }
}

const MARK = Buffer.of(0xef, 0xbb, 0xbf);

function dropMark(head: Buffer): Buffer {
  return head.subarray(0, 3).equals(MARK) ? head.subarray(3) : head;
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    // The head comes as one chunk, so a mark is never split over two.
    yield first ? dropMark(chunk) : chunk;
    first = false;
  }
}

const PLAIN_CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "reading it is not permitted",
  EISDIR: "it is a folder",
  Z_BUF_ERROR: "its packed data ends too early, so the file was cut short",
  Z_DATA_ERROR: "its packed data is damaged",
};

function plainCause(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return PLAIN_CAUSES[code] ?? causeOf(thrown);
}
