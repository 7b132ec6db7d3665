/** What somebody wishes of a new key, proved: a name, scopes, an end, limits. Pure. */

import { Fault } from "../../../../base/faults.ts";
import type { KeyLimits, KeyWish } from "../../../../seams/keys.ts";
import { isScope, SCOPES_MAX } from "../callers.ts";
import type { KeyRecord, SecretRecord } from "./records.ts";

const NAME = /^[\p{L}\p{N} _.:@/-]{1,64}$/u;
const EXPIRY_MS_MAX = 10 * 366 * 86_400_000;
const LIMIT_MAX = 1e12;

/** Throws KEY_INVALID. */
export function toKeyRecord(
  wish: KeyWish,
  made: { readonly id: string; readonly now: number; readonly secret: SecretRecord },
): KeyRecord {
  const { name, kind = "bearer", scopes, expiresMs, limits = {} } = wish;
  if (kind !== "bearer" && kind !== "aws") {
    throw invalid("its kind must be bearer or aws");
  }
  if (!NAME.test(name)) {
    throw invalid("a name is 1 to 64 letters, digits, spaces and _ . : @ / -");
  }
  const wrong = scopes.find((scope) => !isScope(scope));
  if (wrong !== undefined || scopes.length === 0 || scopes.length > SCOPES_MAX) {
    const said =
      wrong === undefined ? "" : `${JSON.stringify(String(wrong).slice(0, 80))} is none of them; `;
    throw invalid(`${said}scopes are ingest, ingest:STREAM, read, read:TABLE and admin`);
  }
  if (expiresMs !== undefined && !(expiresMs > 0 && expiresMs <= EXPIRY_MS_MAX)) {
    throw invalid("it must expire within 10 years");
  }
  return {
    id: made.id,
    ...(kind === "aws" ? { kind } : {}),
    name,
    scopes: [...new Set(scopes)],
    createdAt: made.now,
    expiresAt: expiresMs === undefined ? undefined : made.now + Math.ceil(expiresMs),
    limits: toLimits(limits),
    secrets: [made.secret],
  };
}

function toLimits({ rate, burst, daily }: KeyLimits): KeyLimits {
  for (const [name, value, min] of [
    ["rate", rate, 0.001],
    ["burst", burst, 1],
    ["daily", daily, 1],
  ] as const) {
    if (value !== undefined && !(value >= min && value <= LIMIT_MAX)) {
      throw invalid(`${name} must be a number from ${min}`);
    }
  }
  if (burst !== undefined && rate === undefined) {
    throw invalid("a burst needs a rate");
  }
  return {
    ...(rate === undefined ? {} : { rate }),
    ...(burst === undefined ? {} : { burst: Math.floor(burst) }),
    ...(daily === undefined ? {} : { daily: Math.floor(daily) }),
  };
}

function invalid(cause: string): Fault {
  return new Fault("KEY_INVALID", { cause });
}
