/** A file at an address, copied to this disk: asked for only where it has changed, and whole or not at all. */

import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { causeOf, Fault } from "../../../base/faults.ts";
import { showAddress } from "../../../base/address.ts";
import { showBytes } from "../../../base/units.ts";

const REDIRECTS_MAX = 5;

/** What a server said of a file, to be asked about next time. */
export interface Validators {
  readonly etag: string | undefined;
  readonly modified: string | undefined;
}

export interface WebFile {
  readonly url: string;
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
    throw refuse(file.url, innermost(thrown));
  }
}

async function fetchOnce(file: WebFile, path: string): Promise<Validators | undefined> {
  const { url, known, bytesMax, signal } = file;
  const answer = await follow(file);
  if (answer.status === 304 && known !== undefined) {
    return undefined;
  }
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw refuse(url, `it answers ${answer.status} ${answer.statusText}`.trim());
  }
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const tooLarge = bytes > bytesMax;
      done(tooLarge ? refuse(url, `it has more than ${showBytes(bytesMax)}`) : null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(answer.body), counted, createWriteStream(path), { signal });
  const length = answer.headers.get("content-length");
  if (length !== null && !answer.headers.has("content-encoding") && Number(length) !== bytes) {
    throw refuse(url, `${bytes} of ${length} bytes came`);
  }
  const [etag, modified] = ["etag", "last-modified"].map((name) => answer.headers.get(name));
  return { etag: etag ?? undefined, modified: modified ?? undefined };
}

/** Follows redirects by itself: headers, which may be secret, go to the first server only. */
async function follow({ url, headers, known, signal }: WebFile): Promise<Response> {
  const conditions = {
    ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
    ...(known?.modified === undefined ? {} : { "if-modified-since": known.modified }),
  };
  let at = new URL(url);
  for (let turn = 0; turn <= REDIRECTS_MAX; turn += 1) {
    const own = at.origin === new URL(url).origin ? headers : {};
    const asked = { headers: { ...own, ...conditions }, redirect: "manual", signal } as const;
    const answer = await fetch(at, asked);
    const next = answer.headers.get("location");
    if (answer.status < 300 || answer.status > 399 || answer.status === 304 || next === null) {
      return answer;
    }
    await answer.body?.cancel();
    const to = new URL(next, at);
    if (to.protocol !== "https:" && to.origin !== at.origin) {
      throw refuse(url, `it leads to ${showAddress(to.href)}, which is not https`);
    }
    at = to;
  }
  throw refuse(url, "it leads in circles");
}

function innermost(thrown: unknown): string {
  const inner = thrown instanceof Error ? thrown.cause : undefined;
  return inner instanceof Error ? `${causeOf(thrown)}: ${inner.message}` : causeOf(thrown);
}

function refuse(place: string, cause: string): Fault {
  return new Fault("SOURCE_REFUSED", { place: showAddress(place), source: "of files", cause });
}
