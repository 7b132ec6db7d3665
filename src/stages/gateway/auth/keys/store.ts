/** The keys of one data folder: made, listed, rotated and revoked durably; asked for at every request, in memory. */

import { Fault } from "../../../../base/faults.ts";
import type { Clock } from "../../../../base/clock.ts";
import { LIMITS } from "../../../../base/limits.ts";
import type { Admission, Caller } from "../../../../seams/caller.ts";
import type { KeyFacts, Keys, KeyWish, NewKey } from "../../../../seams/keys.ts";
import { Allowance } from "./allowance.ts";
import { toCaller } from "../callers.ts";
import { toKeyRecord } from "./wish.ts";
import { fromAccessKeyId, newAwsSecret, Seal, toAccessKeyId } from "./aws-secrets.ts";
import { fromFile, toFile, type KeyRecord, type SecretRecord } from "./records.ts";
import { readPrivate, writePrivate } from "./private-file.ts";
import {
  hashOf,
  isHash,
  isSame,
  keyIdOf,
  newKeyId,
  newKeyText,
  toRemembered,
  type Random,
} from "./secrets.ts";

export interface KeyStoreOptions {
  readonly path: string;
  /** Where the counts of the day are kept. */
  readonly usagePath: string;
  /** Where the key is that secrets of AWS's kind are sealed by; made with the first of them. */
  readonly sealPath: string;
  readonly clock: Clock;
  readonly random: Random;
}

interface LiveSecret {
  readonly hash: Buffer;
  readonly until: number;
  /** Of a key of AWS's kind. */
  readonly text: string | undefined;
  /** The key's caller, who ends with this secret. */
  readonly caller: Caller;
}

/** One key as the hot path has it. */
interface LiveKey {
  readonly record: KeyRecord;
  readonly caller: Caller;
  readonly allowance: Allowance;
  readonly secrets: readonly LiveSecret[];
  /** The text that was proved last, so that the next request need not be hashed. */
  proved: { readonly text: Buffer; readonly secret: LiveSecret } | undefined;
}

const OVERLAP_MS_MAX = 90 * 86_400_000;
const NO_HASH = Buffer.alloc(32);

export class KeyStore implements Keys, Disposable {
  readonly #options: KeyStoreOptions;
  readonly #seal: Seal;
  #keys = new Map<string, LiveKey>();
  #usageWritten = "[]";

  /** Throws KEYS_UNREADABLE. */
  constructor(options: KeyStoreOptions) {
    this.#options = options;
    this.#seal = new Seal(options.sealPath, options.random);
    const read = readPrivate(options.path);
    const used = readUsage(options.usagePath);
    const now = options.clock.now();
    for (const record of read === undefined ? [] : fromFile(read, options.path)) {
      const allowance = new Allowance(record.limits, now, used.get(record.id));
      this.#keys.set(record.id, this.#toLive(record, allowance));
    }
  }

  /** Whether any key would be taken now. */
  get usable(): boolean {
    const now = this.#options.clock.now();
    return [...this.#keys.values()].some(({ record }) => stateOf(record, now) === "active");
  }

  list(): readonly KeyFacts[] {
    return [...this.#keys.values()].map((key) => this.#facts(key));
  }

  create(wish: KeyWish): NewKey {
    if (this.#keys.size >= LIMITS.keysMax) {
      throw new Fault("KEYS_FULL", { count: this.#keys.size });
    }
    const { random, clock } = this.#options;
    let id = newKeyId(random);
    while (this.#keys.has(id)) {
      id = newKeyId(random);
    }
    const [text, secret] = this.#newSecret(id, wish.kind);
    return this.#keep(toKeyRecord(wish, { id, now: clock.now(), secret }), text);
  }

  rotate(id: string, overlapMs: number): NewKey {
    const { record } = this.#need(id);
    const now = this.#options.clock.now();
    if (record.revokedAt !== undefined) {
      throw new Fault("KEY_REVOKED", { id });
    }
    if (!(overlapMs >= 0 && overlapMs <= OVERLAP_MS_MAX)) {
      throw new Fault("KEY_INVALID", { cause: "the overlap must be from 0 to 90d" });
    }
    const [text, newest] = this.#newSecret(id, record.kind);
    // Only the secret before this one goes on: two that are both on their way out help nobody.
    const [before] = record.secrets;
    const old = before === undefined ? [] : [{ ...before, until: now + overlapMs }];
    return this.#keep({ ...record, secrets: [newest, ...old] }, text);
  }

  revoke(id: string): KeyFacts {
    const { record } = this.#need(id);
    const revokedAt = record.revokedAt ?? this.#options.clock.now();
    const revoked = this.#write({ ...record, revokedAt, secrets: record.secrets });
    return this.#facts(revoked);
  }

  /** Whether a key with this id could come in now. */
  isLive(id: string): boolean {
    const key = this.#keys.get(id);
    return key !== undefined && stateOf(key.record, this.#options.clock.now()) === "active";
  }

  /** The caller of a key, one request of it counted. Throws KEY_REFUSED, KEY_EXPIRED, KEY_REVOKED and its limits. */
  admit(text: string): Admission {
    // The time is asked for once: it is a good part of what this costs.
    const now = this.#options.clock.now();
    const { key, secret } = this.#prove(text, now);
    const { caller } = secret;
    const headers = key.allowance.take(now, caller.name);
    return headers === undefined ? toAdmission(caller) : { caller, headers };
  }

  /** The same for a key that proved itself before, by its id. */
  admitAgain(id: string): Admission {
    const key = this.#keys.get(id);
    if (key === undefined) {
      throw new Fault("KEY_REFUSED");
    }
    const now = this.#options.clock.now();
    refuseEnded(key, now);
    const headers = key.allowance.take(now, key.caller.name);
    return { caller: key.caller, headers };
  }

  /** The secrets of an access key of AWS's kind that are taken now; none of one that ended or never was. */
  secretsOf(accessKeyId: string): readonly string[] {
    const id = fromAccessKeyId(accessKeyId) ?? "";
    const now = this.#options.clock.now();
    const live = this.isLive(id) ? (this.#keys.get(id)?.secrets ?? []) : [];
    return live.flatMap(({ text, until }) => (text === undefined || until <= now ? [] : [text]));
  }

  /** A caller that signed with one of those secrets, one request counted. Throws as `admitAgain`. */
  admitSigned(accessKeyId: string): Admission {
    return this.admitAgain(fromAccessKeyId(accessKeyId) ?? "");
  }

  /** Writes down how much of their day keys have used, if it changed. */
  noteUsage(): void {
    const now = this.#options.clock.now();
    const entries = [...this.#keys].map(([id, key]) => [id, key.allowance.usedOn(now)] as const);
    const used = entries.filter(([, day]) => day.used > 0);
    const text = JSON.stringify(used);
    if (text !== this.#usageWritten) {
      writePrivate(this.#options.usagePath, { used: Object.fromEntries(used) });
      this.#usageWritten = text;
    }
  }

  [Symbol.dispose](): void {
    this.noteUsage();
  }

  #prove(text: string, now: number): { readonly key: LiveKey; readonly secret: LiveSecret } {
    const key = this.#keys.get(keyIdOf(text) ?? "");
    const { proved } = key ?? {};
    if (key !== undefined && proved !== undefined && isSame(text, proved.text)) {
      const { secret } = proved;
      if (secret.until <= now) {
        throw new Fault("KEY_EXPIRED", { id: key.record.id });
      }
      refuseEnded(key, now);
      return { key, secret };
    }
    const given = hashOf(text);
    const found = key?.secrets.find(({ hash }) => isHash(given, hash));
    if (key === undefined || found === undefined) {
      // An id that nobody has is compared too, so that its answer takes as long.
      isHash(given, NO_HASH);
      throw new Fault("KEY_REFUSED");
    }
    if (found.until <= now) {
      throw new Fault("KEY_EXPIRED", { id: key.record.id });
    }
    refuseEnded(key, now);
    key.proved = { text: toRemembered(text), secret: found };
    return { key, secret: found };
  }

  /** Whether a secret still opens its key: one that was rotated out does until its overlap is over. */
  #stands(id: string, hash: Buffer): boolean {
    const secret = this.#keys.get(id)?.secrets.find((one) => one.hash.equals(hash));
    return secret !== undefined && secret.until > this.#options.clock.now();
  }

  /** A new secret: what is told once, and what is kept of it. */
  #newSecret(id: string, kind: KeyWish["kind"]): readonly [string, SecretRecord] {
    const { random } = this.#options;
    const text = kind === "aws" ? newAwsSecret(random) : newKeyText(id, random);
    const sha256 = hashOf(text).toString("hex");
    return [text, kind === "aws" ? { sha256, sealed: this.#seal.close(text, id) } : { sha256 }];
  }

  #toLive(record: KeyRecord, allowance: Allowance): LiveKey {
    const { id, scopes } = record;
    const caller = toCaller(`key:${id}`, scopes);
    const secrets = record.secrets.map(({ sha256, sealed, until = Infinity }): LiveSecret => {
      const hash = Buffer.from(sha256, "hex");
      const text = sealed === undefined ? undefined : this.#seal.open(sealed, id);
      const ended = (): boolean => !this.#stands(id, hash);
      return { hash, until, text, caller: { ...caller, ended } };
    });
    return { record, allowance, caller, secrets, proved: undefined };
  }

  #need(id: string): LiveKey {
    const key = this.#keys.get(id);
    if (key === undefined) {
      throw new Fault("KEY_UNKNOWN", { id });
    }
    return key;
  }

  #keep(record: KeyRecord, secret: string): NewKey {
    return { key: this.#facts(this.#write(record)), secret };
  }

  /** On disk first: what was answered is never taken back by a crash. */
  #write(record: KeyRecord): LiveKey {
    const before = this.#keys.get(record.id);
    const now = this.#options.clock.now();
    const live = this.#toLive(record, before?.allowance ?? new Allowance(record.limits, now));
    const next = new Map(this.#keys).set(record.id, live);
    writePrivate(this.#options.path, toFile([...next.values()].map((key) => key.record)));
    this.#keys = next;
    return live;
  }

  #facts({ record, allowance }: LiveKey): KeyFacts {
    const now = this.#options.clock.now();
    const {
      id,
      kind = "bearer",
      name,
      scopes,
      createdAt,
      expiresAt,
      revokedAt,
      limits,
      secrets,
    } = record;
    const overlap = secrets[1]?.until;
    return {
      id,
      kind,
      access_key_id: kind === "aws" ? toAccessKeyId(id) : null,
      name,
      scopes,
      state: stateOf(record, now),
      created_at: toIso(createdAt) ?? "",
      expires_at: toIso(expiresAt),
      revoked_at: toIso(revokedAt),
      overlap_until: overlap !== undefined && overlap > now ? toIso(overlap) : null,
      limits,
      used_today: allowance.usedOn(now).used,
      requests: allowance.requests,
      limited: allowance.limited,
    };
  }
}

function refuseEnded({ record }: LiveKey, now: number): void {
  const { id, revokedAt, expiresAt } = record;
  if (revokedAt !== undefined) {
    throw new Fault("KEY_REVOKED", { id });
  }
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new Fault("KEY_EXPIRED", { id });
  }
}

const admissions = new WeakMap<Caller, Admission>();

/** One value per caller without limits: nothing is made per request. */
function toAdmission(caller: Caller): Admission {
  let admission = admissions.get(caller);
  if (admission === undefined) {
    admission = { caller, headers: undefined };
    admissions.set(caller, admission);
  }
  return admission;
}

function stateOf({ revokedAt, expiresAt }: KeyRecord, now: number): KeyFacts["state"] {
  if (revokedAt !== undefined) {
    return "revoked";
  }
  return expiresAt !== undefined && expiresAt <= now ? "expired" : "active";
}

function toIso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

type Used = ReadonlyMap<string, { readonly day: number; readonly used: number }>;

/** Counts that cannot be read are begun anew: they decide about a quota, not about who may come in. */
function readUsage(path: string): Used {
  const used = new Map<string, { day: number; used: number }>();
  try {
    const read = (readPrivate(path) ?? {}) as {
      used?: Record<string, { day?: unknown; used?: unknown }>;
    };
    for (const [id, one] of Object.entries(read.used ?? {})) {
      if (typeof one?.day === "number" && typeof one.used === "number") {
        used.set(id, { day: one.day, used: one.used });
      }
    }
  } catch {
    // As said above.
  }
  return used;
}
