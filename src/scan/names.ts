/** A fixed set of names found by their bytes: field names of a wide record, members of an enum. */

import type { Window } from "./window.ts";

export interface Names {
  /** Place of the name that the bytes `[at, to)` spell, -1 when there is none. */
  find(bytes: Uint8Array, at: number, to: number): number;
  /** Whether the JSON key of name `index`, with quotes and colon, stands at `at`. */
  keyAt(window: Window, at: number, index: number): boolean;
}

/** Open addressing over a quarter-full table: a lookup is one hash and almost always one comparison. */
export function openNames(names: readonly string[]): Names {
  const texts = names.map((name) => Buffer.from(name));
  const keys = names.map((name) => toKey(name));
  const size = 2 ** Math.ceil(Math.log2(names.length * 4 + 1));
  const slots = new Int32Array(size).fill(-1);
  texts.forEach((text, index) => {
    let slot = hashOf(text, 0, text.length) & (size - 1);
    while (slots[slot] !== -1) {
      slot = (slot + 1) & (size - 1);
    }
    slots[slot] = index;
  });
  return {
    find(bytes, at, to) {
      let slot = hashOf(bytes, at, to) & (size - 1);
      for (;;) {
        const index = slots[slot] as number;
        const text = texts[index];
        if (text === undefined || (text.length === to - at && spells(text, bytes, at))) {
          return index;
        }
        slot = (slot + 1) & (size - 1);
      }
    },
    keyAt: (window, at, index) => standsAt(keys[index] as Key, window, at),
  };
}

interface Key {
  readonly bytes: Buffer;
  /** The key's bytes four at a time, the last word overlapping the one before. */
  readonly words: Int32Array;
}

function toKey(name: string): Key {
  const bytes = keyBytes(name);
  return { bytes, words: Int32Array.from(keyWords(bytes), ([, word]) => word) };
}

/** `"name":` as JSON writes it. */
export function keyBytes(name: string): Buffer {
  return Buffer.from(`${JSON.stringify(name)}:`);
}

/** Offsets and little-endian words that together cover `bytes`, which are at least four. */
export function keyWords(bytes: Buffer): [number, number][] {
  const words: [number, number][] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    words.push([at, bytes.readInt32LE(at)]);
  }
  if (bytes.length % 4 !== 0) {
    words.push([bytes.length - 4, bytes.readInt32LE(bytes.length - 4)]);
  }
  return words;
}

function standsAt(key: Key, window: Window, at: number): boolean {
  const { bytes, words } = key;
  if (at + bytes.length >= window.end) {
    return false;
  }
  const last = words.length - 1;
  for (let i = 0; i < last; i += 1) {
    if (window.view.getInt32(at + 4 * i, true) !== words[i]) {
      return false;
    }
  }
  return window.view.getInt32(at + bytes.length - 4, true) === words[last];
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Uint8Array, at: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let p = at; p < to; p += 1) {
    hash = Math.imul(hash ^ (bytes[p] as number), 0x01000193);
  }
  return hash >>> 0;
}

/** Whether the bytes at `at` are `text`. */
function spells(text: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let p = 0; p < text.length; p += 1) {
    if (text[p] !== bytes[at + p]) {
      return false;
    }
  }
  return true;
}
