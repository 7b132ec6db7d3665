/** The text of a key, `mr_<id>_<secret>`: how it is made, taken apart, and compared without telling by its time. */

import { hash, timingSafeEqual } from "node:crypto";

const ID_CHARS = 10;
const SECRET_BYTES = 32;
const PREFIX = "mr_";
const ID_AT = PREFIX.length;
const SECRET_AT = ID_AT + ID_CHARS + 1;
const LENGTH = SECRET_AT + 43;
/** No letters that look like others; 32 of them, so that five bits make one. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz023456789";

export type Random = (bytes: number) => Buffer;

/** A new id: public, in lists and logs. */
export function newKeyId(random: Random): string {
  return Array.from(random(ID_CHARS), (byte) => ALPHABET[byte % 32]).join("");
}

/** A new key of 256 random bits; the only time it is ever whole. */
export function newKeyText(id: string, random: Random): string {
  return `${PREFIX}${id}_${random(SECRET_BYTES).toString("base64url")}`;
}

/** The id in a key's text; undefined when the text is no key. */
export function keyIdOf(text: string): string | undefined {
  const fits = text.length === LENGTH && text.startsWith(PREFIX) && text[SECRET_AT - 1] === "_";
  return fits ? text.slice(ID_AT, SECRET_AT - 1) : undefined;
}

/** Bytes of a key's text in a buffer that the next call overwrites: the hot path makes no garbage. */
const scratch = Buffer.alloc(LENGTH);

/** Whether a text is the one remembered, in a time that does not depend on where they differ. */
export function isSame(text: string, remembered: Buffer): boolean {
  return (
    text.length === LENGTH &&
    remembered.length === LENGTH &&
    scratch.write(text, "latin1") === LENGTH &&
    timingSafeEqual(scratch, remembered)
  );
}

export function toRemembered(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** The key is random enough that one round of SHA-256 cannot be searched back. */
export function hashOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

export function isHash(given: Buffer, kept: Buffer): boolean {
  return given.length === kept.length && timingSafeEqual(given, kept);
}
