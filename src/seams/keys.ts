/** key store → CLI, API. The keys as they are shown: everything but their secrets. */

import type { Scope } from "./caller.ts";

/** What a key may use up; what is left out has no limit. */
export interface KeyLimits {
  /** Requests a second, on average. */
  readonly rate?: number | undefined;
  /** Requests that may come at once; left out, two seconds' worth. */
  readonly burst?: number | undefined;
  /** Requests a day, from midnight UTC. */
  readonly daily?: number | undefined;
}

/** Sent as it is, or signed with as AWS's clients do. */
export type KeyKind = "bearer" | "aws";

export interface KeyFacts {
  readonly id: string;
  readonly kind: KeyKind;
  /** What AWS's clients are told beside the secret; null for keys of other kinds. */
  readonly access_key_id: string | null;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly state: "active" | "expired" | "revoked";
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  /** Until when the secret before the newest is taken too. */
  readonly overlap_until: string | null;
  readonly limits: KeyLimits;
  /** Requests of this day, and of this life of the pipeline; refused ones for their limits. */
  readonly used_today: number;
  readonly requests: number;
  readonly limited: number;
}

/** A key with its text, which is never told again. */
export interface NewKey {
  readonly key: KeyFacts;
  readonly secret: string;
}

export interface KeyWish {
  readonly name: string;
  /** Left out: bearer. */
  readonly kind?: KeyKind | undefined;
  readonly scopes: readonly string[];
  readonly expiresMs?: number | undefined;
  readonly limits?: KeyLimits | undefined;
}

export interface Keys {
  list(): readonly KeyFacts[];
  /** Throws KEY_INVALID, KEYS_FULL. */
  create(wish: KeyWish): NewKey;
  /** The secret before is taken for `overlapMs` more. Throws KEY_UNKNOWN, KEY_REVOKED, KEY_INVALID. */
  rotate(id: string, overlapMs: number): NewKey;
  /** Throws KEY_UNKNOWN. */
  revoke(id: string): KeyFacts;
}
