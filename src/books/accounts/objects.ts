/** Manifests ↔ objects: every object a manifest names is there, with its size, and where looked into with its hash and rows. */

import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type { Manifest, StoredPart } from "../../seams/announce.ts";
import type { ObjectStore } from "../../seams/store.ts";
import { type Account, placeIds, showCount } from "../account.ts";
import { countRows } from "./contents.ts";
import { minus, toPlaces } from "../ranges.ts";

/** Bytes hashed between two turns of the event loop: a few milliseconds. */
const HASH_BYTES = 4_194_304;

export interface ObjectCheck {
  readonly store: ObjectStore;
  readonly account: Account;
  readonly signal: AbortSignal | undefined;
  /** Whether retention has removed a cut's objects. */
  readonly isForgotten: (cut: number) => Promise<boolean>;
}

interface Part {
  readonly manifest: Manifest;
  readonly part: StoredPart;
  /** Rows of events, or dead letters. */
  readonly kind: "object" | "failed";
}

/** The objects of a window of cuts by a listing of their folders: one look for many, and no byte read. */
export async function checkPresence(check: ObjectCheck, cuts: readonly Manifest[]): Promise<void> {
  const parts = cuts.flatMap(partsOf);
  const folders = Map.groupBy(parts, ({ part }) => part.name.replace(/[^/]*$/, ""));
  for (const [folder, owing] of folders) {
    check.signal?.throwIfAborted();
    const due = new Set<string>(owing.map(({ part }) => part.name));
    const bytes = new Map<string, number>();
    for await (const { name, bytes: size } of check.store.list(folder)) {
      if (due.has(name)) {
        bytes.set(name, size);
      }
    }
    for (const one of owing) {
      const found = bytes.get(one.part.name) ?? (await lookAgain(check, one));
      if (found !== "forgotten") {
        judgeSize(check.account, one, found);
      }
    }
  }
}

/** What was put together or forgotten while the listing ran is not missing. */
async function lookAgain(
  { store, isForgotten }: ObjectCheck,
  { manifest, part }: Part,
): Promise<number | "forgotten" | undefined> {
  const bytes = await store.get(part.name);
  if (bytes === undefined && (await isForgotten(manifest.cut))) {
    return "forgotten";
  }
  return bytes?.length;
}

function partsOf(manifest: Manifest): Part[] {
  const { object, failed } = manifest;
  return [
    ...(object === undefined ? [] : [{ manifest, part: object, kind: "object" as const }]),
    ...(failed === undefined ? [] : [{ manifest, part: failed, kind: "failed" as const }]),
  ];
}

function judgeSize(account: Account, one: Part, bytes: number | undefined): void {
  const { part } = one;
  account.expected += part.records;
  if (bytes === undefined) {
    lose(account, one, `object ${part.name} is gone`);
  } else if (bytes !== part.bytes) {
    const has = `${showCount(bytes)} bytes instead of ${showCount(part.bytes)}`;
    lose(account, one, `object ${part.name} has ${has}`);
  }
}

function lose(account: Account, { manifest, part, kind }: Part, remark: string): void {
  const delivered = minus(toPlaces(manifest.ranges), toPlaces(manifest.dropped));
  const ids = kind === "object" ? placeIds(manifest.stream, delivered) : [];
  account.missing(part.records, ids, remark);
}

/** Hash of each of a cut's parts as it is in the lake; undefined where it could not be read. */
export interface FoundHashes {
  readonly object: string | undefined;
  readonly failed: string | undefined;
}

/** Reads one cut's objects whole. */
export async function checkContents(check: ObjectCheck, manifest: Manifest): Promise<FoundHashes> {
  const found: { object: string | undefined; failed: string | undefined } = {
    object: undefined,
    failed: undefined,
  };
  for (const one of partsOf(manifest)) {
    check.signal?.throwIfAborted();
    const bytes = await check.store.get(one.part.name);
    if (bytes === undefined) {
      continue;
    }
    found[one.kind] = await sha256(bytes);
    // What is gone or of another size was found by the listing already.
    if (bytes.length !== one.part.bytes) {
      continue;
    }
    if (found[one.kind] !== one.part.sha256) {
      lose(check.account, one, `object ${one.part.name} was changed: its hash is another`);
      continue;
    }
    judgeRows(check.account, one.part, await countRows(bytes, one.part));
  }
  return found;
}

function judgeRows(account: Account, part: StoredPart, rows: number | undefined): void {
  const lacks = part.records - (rows ?? part.records);
  const remark = `object ${part.name} holds ${rows} row(s), its manifest says ${part.records}`;
  account.missing(lacks, [], remark);
  account.extra(-lacks, [], remark);
}

async function sha256(bytes: Buffer): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    hash.update(bytes.subarray(at, at + HASH_BYTES));
    await turn();
  }
  return hash.digest("hex");
}
