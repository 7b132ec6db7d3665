/** Writing so that it stays written: bytes and names are on the disk when these resolve. */

import { open } from "node:fs/promises";

/** writev takes at most 1024 pieces at a time on Linux. */
const PIECES_MAX = 512;

export async function writeFileDurably(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  await using file = await open(path, "wx");
  for (let at = 0; at < chunks.length; at += PIECES_MAX) {
    await writeWhole(file, chunks.slice(at, at + PIECES_MAX));
  }
  await file.datasync();
}

async function writeWhole(
  file: { writev(pieces: readonly Uint8Array[]): Promise<{ bytesWritten: number }> },
  chunks: readonly Uint8Array[],
): Promise<void> {
  let left = chunks;
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left);
    left = dropBytes(left, bytesWritten);
  }
}

/** The chunks without their first `count` bytes: a full disk may take only some of what it was given. */
export function dropBytes(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let rest = count;
  let index = 0;
  for (const chunk of chunks) {
    if (chunk.length > rest) {
      break;
    }
    rest -= chunk.length;
    index += 1;
  }
  const [first, ...others] = chunks.slice(index);
  return first === undefined ? [] : [first.subarray(rest), ...others];
}

/** Has the names in a folder on disk. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}
