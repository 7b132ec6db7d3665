/** What is kept of a key, and its proof that a file holds it. Secrets are there as hashes, or sealed. */

import { Fault } from "../../../../base/faults.ts";
import { LIMITS } from "../../../../base/limits.ts";
import type { Scope } from "../../../../seams/caller.ts";
import type { KeyLimits } from "../../../../seams/keys.ts";
import { isScope } from "../callers.ts";

export interface SecretRecord {
  readonly sha256: string;
  /** The secret itself, encrypted: of access keys of AWS's kind, whose signatures need it. */
  readonly sealed?: string | undefined;
  /** When it ends, ms since 1970; set when a newer one took its place. */
  readonly until?: number | undefined;
}

export interface KeyRecord {
  readonly id: string;
  /** Left out: a text that callers send. */
  readonly kind?: "aws" | undefined;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt?: number | undefined;
  readonly revokedAt?: number | undefined;
  readonly limits: KeyLimits;
  /** The newest first. */
  readonly secrets: readonly SecretRecord[];
}

const FORMAT = 1;

export function toFile(keys: readonly KeyRecord[]): unknown {
  return { format: FORMAT, keys };
}

/** Throws KEYS_UNREADABLE: a key that is half understood is no key. */
export function fromFile(read: unknown, path: string): readonly KeyRecord[] {
  const { format, keys } = (read ?? {}) as { format?: unknown; keys?: unknown };
  if (format !== FORMAT || !Array.isArray(keys) || keys.length > LIMITS.keysMax) {
    throw new Fault("KEYS_UNREADABLE", { path, cause: `it is not format ${FORMAT}` });
  }
  const wrong = keys.findIndex((key) => !isKey(key));
  if (wrong !== -1) {
    throw new Fault("KEYS_UNREADABLE", { path, cause: `key ${wrong + 1} is not whole` });
  }
  return keys as KeyRecord[]; // Each was proved by isKey.
}

function isKey(given: unknown): given is KeyRecord {
  const key = (given ?? {}) as Partial<Record<keyof KeyRecord, unknown>>;
  return (
    typeof key.id === "string" &&
    (key.kind === undefined || key.kind === "aws") &&
    typeof key.name === "string" &&
    Array.isArray(key.scopes) &&
    key.scopes.every(isScope) &&
    typeof key.createdAt === "number" &&
    isMaybeNumber(key.expiresAt) &&
    isMaybeNumber(key.revokedAt) &&
    typeof key.limits === "object" &&
    key.limits !== null &&
    Object.values(key.limits).every(isMaybeNumber) &&
    Array.isArray(key.secrets) &&
    key.secrets.every((one) => isSecret(one, key.kind === "aws"))
  );
}

function isSecret(given: unknown, isSealed: boolean): boolean {
  const { sha256, sealed, until } = (given ?? {}) as Record<keyof SecretRecord, unknown>;
  const isHash = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
  return isHash && (typeof sealed === "string") === isSealed && isMaybeNumber(until);
}

function isMaybeNumber(value: unknown): boolean {
  return value === undefined || (typeof value === "number" && Number.isFinite(value));
}
