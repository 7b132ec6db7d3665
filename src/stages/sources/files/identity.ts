/** Whether a file is the one that was read before, the same one grown, or another. */

import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { open, stat } from "node:fs/promises";

/** What tells a file from another without reading all of it. */
export interface Identity {
  readonly size: number;
  readonly changedAt: number;
  /** When its bytes, name or rights were changed last: no program can set this time. Undefined where it was not noted. */
  readonly touchedAt?: number | undefined;
  /** Hash of its first and its last bytes. */
  readonly ends: string;
  /** Whether its last byte ends a line. */
  readonly lineEnds: boolean;
}

const END_BYTES = 65_536;
const LINE_FEED = 0x0a;

export async function identify(path: string): Promise<Identity> {
  const look = await stat(path);
  return { ...timesOf(look), ...(await endsOf(path, look.size)) };
}

/** What one look at a file says, without reading it. */
export function timesOf({
  size,
  mtimeMs,
  ctimeMs,
}: Stats): Pick<Identity, "size" | "changedAt" | "touchedAt"> {
  return { size, changedAt: Math.round(mtimeMs), touchedAt: Math.round(ctimeMs) };
}

/** Whether nothing has happened to the file since: programs may give another one the size and the time of the first. */
export function isUntouched(old: Identity, now: ReturnType<typeof timesOf>): boolean {
  const { size, changedAt, touchedAt = now.touchedAt } = old;
  return size === now.size && changedAt === now.changedAt && touchedAt === now.touchedAt;
}

/** Whether the file begins with exactly what `old` was, and whole lines follow. */
export async function hasGrown(path: string, old: Identity, now: Identity): Promise<boolean> {
  if (now.size <= old.size || old.size === 0 || !old.lineEnds) {
    return false;
  }
  return (await endsOf(path, old.size)).ends === old.ends;
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.size === b.size && a.changedAt === b.changedAt && a.ends === b.ends;
}

/** Hash of the first bytes and of the last before `size`. */
async function endsOf(path: string, size: number): Promise<Pick<Identity, "ends" | "lineEnds">> {
  await using file = await open(path, "r");
  const bytes = Math.min(size, END_BYTES);
  const head = Buffer.alloc(bytes);
  const tail = Buffer.alloc(bytes);
  await file.read(head, 0, bytes, 0);
  await file.read(tail, 0, bytes, size - bytes);
  const ends = createHash("sha256").update(head).update(tail).digest("base64url");
  return { ends, lineEnds: tail.at(-1) === LINE_FEED };
}

/** Hash of all of it. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("base64url");
}
