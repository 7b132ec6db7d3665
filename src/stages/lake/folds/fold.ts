/** A fold: manifests of a run of consecutive cuts in one object, each text as it was published, and what proves them. */

import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { assert } from "../../../base/assert.ts";
import { refuseLater } from "../../../base/data-versions.ts";
import { causeOf, Fault } from "../../../base/faults.ts";
import { type ObjectName, toObjectName } from "../../../base/object-name.ts";
import { manifestFolder } from "../manifest.ts";

export interface FoldLimits {
  /** Cuts in a fold: the first has 1 to `run`, so that a cut's number says which fold it would be in. */
  readonly run: number;
  /** Newest loaded cuts whose manifests lie by themselves. */
  readonly kept: number;
}

/** What lakes are folded by; `run` is part of the format. Tests have smaller ones. */
export const FOLDS: FoldLimits = { run: 256, kept: 1024 };
/**
 * A run whose manifests are larger together stays as it is: they fill their blocks by themselves, and a reader holds a
 * few folds in memory. A usual one has 150 KiB and is packed within milliseconds, so that it needs no other thread.
 */
export const FOLD_BYTES_MAX = 4_194_304;
const HEAD_BYTES_MAX = 1024;
const VERSION = 1;
const LINE_END = 0x0a;

/** A run of a stream's cuts, both ends included. */
export interface Run {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

export interface Fold extends Run {
  /** The manifests' texts in the order of their cuts; none where the run stays as it is. */
  readonly texts: readonly string[];
}

/** The run that a cut belongs to. */
export function runOf(stream: string, cut: number, { run }: FoldLimits): Run {
  const from = cut - ((cut - 1) % run);
  return { stream, from, to: from + run - 1 };
}

/** Below the stream's manifests: `_manifests/<stream>/folded/<from>-<to>.ndjson.gz`. */
export function foldName({ stream, from, to }: Run): ObjectName {
  const cuts = [from, to].map((cut) => String(cut).padStart(12, "0")).join("-");
  const name = toObjectName(`${foldsBelow(stream)}${cuts}.ndjson.gz`);
  assert(name !== undefined, "a stream that has manifests has a name for their folds");
  return name;
}

export function foldsBelow(stream: string): string {
  return `${manifestFolder(stream)}folded/`;
}

/** A line that says what it is, with the hash of all that follows it, then a line a cut; packed. */
export function foldBytes({ stream, from, to }: Run, manifests: readonly Buffer[]): Buffer {
  const body = Buffer.concat(manifests);
  const head = { version: VERSION, stream, from, to, cuts: manifests.length, sha256: sha256(body) };
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]));
}

/** Throws OBJECT_DAMAGED where the bytes are not this run's fold, DATA_NEWER where a later version wrote them. */
export function fromFoldBytes(bytes: Buffer, run: Run): Fold {
  const name = foldName(run);
  const plain = unpack(bytes, name);
  const end = plain.indexOf(LINE_END);
  const head = parse(plain.subarray(0, end).toString("utf8"));
  refuseLater(head["version"], name, VERSION);
  const body = plain.subarray(end + 1);
  const texts = body.toString("utf8").split(/(?<=\n)/);
  const held = body.length === 0 ? [] : texts;
  const { stream, from, to } = run;
  const whole =
    head["version"] === VERSION &&
    head["stream"] === stream &&
    head["from"] === from &&
    head["to"] === to &&
    head["cuts"] === held.length &&
    head["sha256"] === sha256(body) &&
    (held.length === 0 || held.length === to - from + 1);
  if (!whole) {
    throw new Fault("OBJECT_DAMAGED", { name, cause: "it is not the fold of these cuts" });
  }
  return { stream, from, to, texts: held };
}

function unpack(bytes: Buffer, name: ObjectName): Buffer {
  const maxOutputLength = FOLD_BYTES_MAX + HEAD_BYTES_MAX;
  try {
    return gunzipSync(bytes, { maxOutputLength });
  } catch (thrown) {
    throw new Fault("OBJECT_DAMAGED", { name, cause: causeOf(thrown) }, thrown);
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
