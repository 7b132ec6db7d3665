/** Closes the books of a whole pipeline: every accepted event is a row, a dead letter, dropped on purpose, or on its way. */

import { setTimeout as sleepFor } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import { causeOf } from "../base/faults.ts";
import type { Announcements } from "../seams/announce.ts";
import type { Audit } from "../seams/audit.ts";
import type { ObjectStore } from "../seams/store.ts";
import type { Finding, Verification } from "../seams/verify.ts";
import { Account, worstOf } from "./account.ts";
import type { Ask, RowQuery } from "./cells.ts";
import { type LoadedTotal, readTotals } from "./accounts/ledger.ts";
import { checkModel, type ModelAccount } from "./accounts/models.ts";
import { settle } from "./settle.ts";
import { closeSource } from "./source/close-source.ts";
import { closeStream } from "./close-stream.ts";
import type { ClosedStream, StreamAccount, StreamMark } from "./stream-account.ts";

export interface BooksOptions {
  readonly clock: Clock;
  /** The user's streams, and `dead_letters`. */
  readonly streams: readonly StreamAccount[];
  readonly models: readonly ModelAccount[];
  readonly announcements: Announcements;
  readonly store: ObjectStore;
  readonly query: RowQuery;
  /** Undefined where objects cannot be read as the loader reads them: values are then not compared. */
  readonly audit?: Audit | undefined;
  /** Hash of the definition by which cuts are made and loaded now. */
  readonly planHash: string;
  /** Where online closings of these streams ended; kept by whoever closes again and again. */
  readonly marks?: Map<string, StreamMark>;
  /** Tests bring their own. */
  readonly sleep?: ((ms: number) => Promise<unknown>) | undefined;
}

export interface VerifyOptions {
  /** Reads the whole log and every object, not only the newest. */
  readonly deep?: boolean | undefined;
  /** Reads what came since the last closing, counts the rest, and looks at a little of it once more. */
  readonly online?: boolean | undefined;
  /** How long to wait for what was accepted before to be loaded and modelled. */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Books {
  /** Never throws for what it cannot see: that is UNVERIFIED. Throws only when aborted. */
  verify(options?: VerifyOptions): Promise<Verification>;
}

const PATIENCE_MS = 10_000;
const NOTHING_LOADED: LoadedTotal = { cut: 0, records: 0 };

export function openBooks(options: BooksOptions): Books {
  return { verify: (given = {}) => verify(options, given) };
}

async function verify(options: BooksOptions, given: VerifyOptions): Promise<Verification> {
  const { clock, streams, models, query } = options;
  const at = clock.now();
  const ask: Ask = { query, signal: given.signal };
  const findings: Finding[] = [];
  const guard = async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await look();
    } catch (thrown) {
      given.signal?.throwIfAborted();
      findings.push(unverified(what, thrown));
      return undefined;
    }
  };
  const dues = await guard("settling", async () => await settleAll(options, given, ask));
  const waitedMs = clock.now() - at;
  // The ledger is read before manifests, and they before the log: what moves on meanwhile is never missed behind.
  const loaded = await guard("ledger", () => readTotals(ask));
  for (const stream of streams) {
    const { announcements, store, audit, planHash } = options;
    const total = loaded?.get(stream.name) ?? NOTHING_LOADED;
    const deep = given.deep === true;
    const common = { announcements, store, ask, audit, planHash };
    const means = { ...common, stream, deep, loaded: total };
    const since = given.online === true ? options.marks?.get(stream.name) : undefined;
    const closed = await guard(stream.name, () => closeStream({ ...means, since }));
    findings.push(...(closed?.findings ?? []));
    const again = given.online !== true;
    const source = await guard(`${stream.name}: Kinesis ↔ log`, () => lookAtSource(stream, again));
    findings.push(...(source ?? []));
    keepMark(options.marks, stream.name, closed);
  }
  for (const model of models) {
    const due = dues?.get(model.name) ?? 0;
    const finding = await guard(model.name, () => checkModel(ask, model, due));
    findings.push(...(finding === undefined ? [] : [finding]));
  }
  return { state: worstOf(findings), at, tookMs: clock.now() - at, waitedMs, findings };
}

async function lookAtSource(
  { name, source }: StreamAccount,
  again: boolean,
): Promise<readonly Finding[]> {
  return source === undefined ? [] : [closeSource(name, await source({ again }))];
}

/** Only what balanced need not be read again. */
function keepMark(
  marks: BooksOptions["marks"],
  stream: string,
  closed: ClosedStream | undefined,
): void {
  if (closed?.mark !== undefined && worstOf(closed.findings) === "BALANCED") {
    marks?.set(stream, closed.mark);
  } else {
    marks?.delete(stream);
  }
}

async function settleAll(
  options: BooksOptions,
  given: VerifyOptions,
  ask: Ask,
): Promise<ReadonlyMap<string, number>> {
  const { clock, streams, models, sleep = sleepFor } = options;
  return await settle({
    ask,
    accepted: await countAccepted(streams),
    models,
    patienceMs: given.patienceMs ?? PATIENCE_MS,
    now: () => clock.now(),
    sleep: async (ms) => {
      await sleep(ms);
    },
  });
}

async function countAccepted(
  streams: readonly StreamAccount[],
): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  for (const { name, log } of streams) {
    const shards = await log();
    counted.set(
      name,
      shards.reduce((sum, { last }) => sum + last, 0),
    );
  }
  return counted;
}

function unverified(what: string, thrown: unknown): Finding {
  const account = new Account(what);
  account.unread(`it could not be looked at: ${causeOf(thrown)}`);
  return account.close("");
}
