/** A file at an address, copied to this disk: asked for only where it has changed, and whole or not at all. */

import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../../base/faults.ts";
import { showBytes } from "../../../base/units.ts";
import { follow, innermost, refusal } from "../follow.ts";

/** What a server said of a file, to be asked about next time. */
export interface Validators {
  readonly etag: string | undefined;
  readonly modified: string | undefined;
}

export interface WebFile {
  readonly url: string;
  readonly source: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What was said last time. */
  readonly known: Validators | undefined;
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

/** What it is now; undefined when it has not changed, and then nothing was written. Throws SOURCE_REFUSED. */
export async function fetchFile(file: WebFile, path: string): Promise<Validators | undefined> {
  try {
    return await fetchOnce(file, path);
  } catch (thrown) {
    if (thrown instanceof Fault) {
      throw thrown;
    }
    throw refusal(file, innermost(thrown));
  }
}

async function fetchOnce(file: WebFile, path: string): Promise<Validators | undefined> {
  const { known, bytesMax, signal } = file;
  const open = {
    ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
    ...(known?.modified === undefined ? {} : { "if-modified-since": known.modified }),
  };
  const answer = await follow({ ...file, open });
  if (answer.status === 304 && known !== undefined) {
    return undefined;
  }
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw refusal(file, `it answers ${answer.status} ${answer.statusText}`.trim());
  }
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const tooLarge = bytes > bytesMax;
      done(tooLarge ? refusal(file, `it has more than ${showBytes(bytesMax)}`) : null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(answer.body), counted, createWriteStream(path), { signal });
  const length = answer.headers.get("content-length");
  if (length !== null && !answer.headers.has("content-encoding") && Number(length) !== bytes) {
    throw refusal(file, `${bytes} of ${length} bytes came`);
  }
  const [etag, modified] = ["etag", "last-modified"].map((name) => answer.headers.get(name));
  return { etag: etag ?? undefined, modified: modified ?? undefined };
}
