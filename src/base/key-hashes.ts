/** Hashes of partition keys with a bounded memory of recent ones: keys repeat, and a comparison beats a hash. */

import { BLOCK_BYTES_MAX, md5 } from "./md5.ts";

/** One entry each, so 70 KB per stream; a newer key takes the place of an older one. */
const SLOTS = 1024;
const SLOT_BYTES = BLOCK_BYTES_MAX + 1;

export interface KeyHashes {
  /** MD5 of the key `bytes[start, end)` as four big-endian words, valid until the next call. */
  of(bytes: Uint8Array, start: number, end: number): Uint32Array;
}

export function openKeyHashes(): KeyHashes {
  // Each slot: the key's length, then its bytes. 255 is no key's length.
  const keys = new Uint8Array(SLOTS * SLOT_BYTES).fill(255);
  const words = new Uint32Array(SLOTS * 4);
  const answer = new Uint32Array(4);

  function of(bytes: Uint8Array, start: number, end: number): Uint32Array {
    if (end - start > BLOCK_BYTES_MAX) {
      return md5(bytes, start, end);
    }
    const slot = slotOf(bytes, start, end);
    const at = slot * SLOT_BYTES;
    if (keys[at] !== end - start || !holds(bytes, start, at)) {
      words.set(md5(bytes, start, end), 4 * slot);
      keys[at] = end - start;
      keys.set(bytes.subarray(start, end), at + 1);
    }
    for (let i = 0; i < 4; i += 1) {
      answer[i] = words[4 * slot + i] as number;
    }
    return answer;
  }

  function holds(bytes: Uint8Array, start: number, at: number): boolean {
    const length = keys[at] as number;
    for (let i = 0; i < length; i += 1) {
      if (keys[at + 1 + i] !== bytes[start + i]) {
        return false;
      }
    }
    return true;
  }

  return { of };
}

/** FNV-1a, folded to a slot. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let p = start; p < end; p += 1) {
    hash = Math.imul(hash ^ (bytes[p] as number), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
