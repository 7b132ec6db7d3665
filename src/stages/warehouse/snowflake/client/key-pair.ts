/** Logs in by key pair: a token signed with the user's private key, made anew before it is over. */

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Clock } from "../../../../base/clock.ts";
import { causeOf, Fault } from "../../../../base/faults.ts";

/** Snowflake refuses tokens of more than an hour; a clock that is a little off must not make one of ours longer. */
const LIFE_MS = 3_540_000;
/** A token is not used for its last minutes: a request may wait on its way. */
const RENEW_MS = 600_000;
/** Snowflake takes no RSA key under this length. */
const BITS_MIN = 2048;

/** Who logs in, and where the secret is. */
export interface Login {
  readonly user: string;
  /** File of the private key, PKCS#8 in PEM. */
  readonly keyFile: string | undefined;
  /** Opens the key where it is encrypted. */
  readonly passphrase: string | undefined;
  /** A programmatic access token, in place of a key. */
  readonly token: string | undefined;
}

export interface Credential {
  readonly token: string;
  /** Value of `X-Snowflake-Authorization-Token-Type`. */
  readonly kind: "KEYPAIR_JWT" | "PROGRAMMATIC_ACCESS_TOKEN" | "OAUTH";
}

export interface Credentials {
  /** What the next request shows. */
  current(): Credential;
  /** Says that the server refused the newest one; false where there is no other to be had. */
  renew(): boolean;
}

/** Throws WAREHOUSE_LOGIN where neither a key nor a token can be read. */
export function openCredentials(login: Login, account: string, clock: Clock): Credentials {
  if (login.token !== undefined) {
    const credential = { token: login.token, kind: "PROGRAMMATIC_ACCESS_TOKEN" } as const;
    return { current: () => credential, renew: () => false };
  }
  return new KeyPair(readKey(login, account), names(login.user, account), clock);
}

class KeyPair implements Credentials {
  readonly #key: KeyObject;
  readonly #claims: { readonly iss: string; readonly sub: string };
  readonly #clock: Clock;
  #made: { readonly credential: Credential; readonly until: number } | undefined;

  constructor(key: KeyObject, subject: string, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
    this.#claims = { iss: `${subject}.${fingerprint(key)}`, sub: subject };
  }

  current(): Credential {
    const now = this.#clock.now();
    if (this.#made === undefined || now >= this.#made.until - RENEW_MS) {
      const until = now + LIFE_MS;
      this.#made = { credential: { token: this.#sign(now, until), kind: "KEYPAIR_JWT" }, until };
    }
    return this.#made.credential;
  }

  renew(): boolean {
    this.#made = undefined;
    return true;
  }

  #sign(now: number, until: number): string {
    const seconds = { iat: Math.floor(now / 1000), exp: Math.floor(until / 1000) };
    const parts = [
      { alg: "RS256", typ: "JWT" },
      { ...this.#claims, ...seconds },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const text = parts.join(".");
    return `${text}.${sign("sha256", Buffer.from(text), this.#key).toString("base64url")}`;
  }
}

/** `SHA256:` and the hash of the public key, as `DESCRIBE USER` shows it under RSA_PUBLIC_KEY_FP. */
export function fingerprint(key: KeyObject): string {
  const der = createPublicKey(key).export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
}

/** ACCOUNT.USER in capitals; of an account's address only what stands before its region. */
function names(user: string, account: string): string {
  const [end] = account.includes(".global") ? account.split("-") : account.split(".");
  return `${end ?? account}.${user}`.toUpperCase();
}

function readKey({ user, keyFile, passphrase }: Login, account: string): KeyObject {
  if (keyFile === undefined) {
    throw refused(account, user, "there is neither a private key nor a token");
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: readFileSync(keyFile), ...(passphrase && { passphrase }) });
  } catch (thrown) {
    // What OpenSSL says names the file's fault and nothing of its content.
    throw refused(account, user, `the key ${keyFile} cannot be read: ${causeOf(thrown)}`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa" || bits < BITS_MIN) {
    throw refused(account, user, `the key ${keyFile} is no RSA key of at least ${BITS_MIN} bits`);
  }
  return key;
}

function refused(account: string, user: string, cause: string): Fault {
  return new Fault("WAREHOUSE_LOGIN", { account, user, cause });
}
