/** Sealed texts: what a client gets to keep for us and cannot read, change or make. */

import { createCipheriv, createDecipheriv } from "node:crypto";

const CIPHER = "aes-128-gcm";
const HEAD = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface SealMeans {
  readonly secret: Buffer;
  readonly random: (bytes: number) => Buffer;
}

/** No two sealed texts are the same, since each has a random part. */
export function sealText(text: string, { secret, random }: SealMeans): string {
  const iv = random(IV_BYTES);
  const cipher = createCipheriv(CIPHER, secret, iv);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([HEAD, iv, cipher.getAuthTag(), body]).toString("base64");
}

/** Undefined for whatever was not sealed by us. */
export function unsealText(sealed: string, secret: Buffer): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  const bodyAt = HEAD.length + IV_BYTES + TAG_BYTES;
  if (bytes.length <= bodyAt || !bytes.subarray(0, HEAD.length).equals(HEAD)) {
    return undefined;
  }
  const iv = bytes.subarray(HEAD.length, HEAD.length + IV_BYTES);
  const decipher = createDecipheriv(CIPHER, secret, iv);
  decipher.setAuthTag(bytes.subarray(HEAD.length + IV_BYTES, bodyAt));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(bodyAt)), decipher.final()]);
    return plain.toString("utf8");
  } catch {
    return undefined;
  }
}
