/** Access keys of AWS's kind: their texts, and how secrets that must be read again are kept, sealed by a key of its own file. */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { causeOf, Fault } from "../../../../base/faults.ts";
import { readPrivate, writePrivate } from "./private-file.ts";
import type { Random } from "./secrets.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEAL_BYTES = 32;
/** 40 characters, as AWS's own have. */
const SECRET_BYTES = 30;
/** An access key is at least 16 characters for AWS; a key's id makes the other ten. */
const PREFIX = "MRAWSK";
const FORMAT = 1;

/** The access key id of a key: public, in lists and logs. */
export function toAccessKeyId(id: string): string {
  return `${PREFIX}${id.toUpperCase()}`;
}

/** The key's id; undefined for access keys of others. */
export function fromAccessKeyId(accessKeyId: string): string | undefined {
  return accessKeyId.startsWith(PREFIX)
    ? accessKeyId.slice(PREFIX.length).toLowerCase()
    : undefined;
}

/** 240 random bits. Base64 of URLs: no shell and no `ID:SECRET` pair needs quotes around it. */
export function newAwsSecret(random: Random): string {
  return random(SECRET_BYTES).toString("base64url");
}

/** SigV4 needs the secret itself, so a hash will not do: it is encrypted, and bound to the id of its key. */
export class Seal {
  readonly #path: string;
  readonly #random: Random;
  #key: Buffer | undefined;

  constructor(path: string, random: Random) {
    this.#path = path;
    this.#random = random;
  }

  /** Makes the key's file with the first secret. Throws KEYS_UNREADABLE. */
  close(secret: string, id: string): string {
    this.#key ??= this.#read() ?? this.#make();
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(id));
    const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
  }

  /** Throws KEYS_UNREADABLE when the file is not the one that it was sealed by. */
  open(sealed: string, id: string): string {
    this.#key ??= this.#read();
    if (this.#key === undefined) {
      throw this.#unreadable(`it is missing, and the secret of ${id} is sealed by it`);
    }
    try {
      const bytes = Buffer.from(sealed, "base64");
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(id));
      decipher.setAuthTag(tag);
      const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString("utf8");
    } catch (thrown) {
      throw this.#unreadable(`the secret of ${id} does not open with it: ${causeOf(thrown)}`);
    }
  }

  #read(): Buffer | undefined {
    const read = readPrivate(this.#path);
    if (read === undefined) {
      return undefined;
    }
    const { format, key } = (read ?? {}) as { format?: unknown; key?: unknown };
    const bytes = Buffer.from(typeof key === "string" ? key : "", "base64");
    if (format !== FORMAT || bytes.length !== SEAL_BYTES) {
      throw this.#unreadable(`it is not format ${FORMAT}`);
    }
    return bytes;
  }

  #make(): Buffer {
    const key = this.#random(SEAL_BYTES);
    writePrivate(this.#path, { format: FORMAT, key: key.toString("base64") });
    return key;
  }

  #unreadable(cause: string): Fault {
    return new Fault("KEYS_UNREADABLE", { path: this.#path, cause });
  }
}
