/** Loads a user's fix and asks it about letters. It runs here, in the command: no request makes the pipeline load a file. */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { causeOf, Fault } from "../../base/faults.ts";
import type { DeadLetterFix } from "../../define/fix.ts";
import type { Reason } from "../../base/dead-letter.ts";
import { isRecord } from "../reach/refusal.ts";

/** A letter as the pipeline hands it out. */
export interface PickedLetter {
  readonly letter: string;
  readonly stage: string;
  readonly received_at: string;
  readonly member: number;
  readonly stream: string;
  readonly cause: string;
  readonly reasons: readonly Reason[];
  readonly attempts: number;
  readonly raw_base64: string;
}

/** A letter's key with the record to send in its place. */
export interface FixedRecord {
  readonly letter: string;
  readonly stage: string;
  readonly received_at: string;
  readonly member: number;
  readonly record: object;
}

export type Fixed =
  | { readonly kind: "fixed"; readonly record: FixedRecord }
  | { readonly kind: "left" }
  | { readonly kind: "threw"; readonly says: string };

/** The default export of `file`. Throws FIX_INVALID. */
export async function loadFix(file: string): Promise<DeadLetterFix> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as typeof module;
  } catch (thrown) {
    throw new Fault("FIX_INVALID", { file, cause: causeOf(thrown) }, thrown);
  }
  const { default: fix } = module;
  if (typeof fix !== "function") {
    throw new Fault("FIX_INVALID", { file, cause: "it has no function as its default export" });
  }
  return fix as DeadLetterFix;
}

/** What the fix says to one letter; a fix that throws leaves the letter alone, and is told. */
export async function applyFix(fix: DeadLetterFix, letter: PickedLetter): Promise<Fixed> {
  const { letter: id, received_at: receivedAt, raw_base64: raw } = letter;
  const { stream, stage, cause, reasons, attempts, member } = letter;
  const bytes = Buffer.from(raw, "base64");
  try {
    const about = { id, stream, stage, cause, reasons, receivedAt, attempts, bytes };
    const record: unknown = await fix(toRecord(bytes), about);
    if (record === undefined) {
      return { kind: "left" };
    }
    if (!isRecord(record)) {
      return { kind: "threw", says: "it gave something that is no object" };
    }
    return {
      kind: "fixed",
      record: { letter: id, stage, received_at: receivedAt, member, record },
    };
  } catch (thrown) {
    return { kind: "threw", says: causeOf(thrown) };
  }
}

function toRecord(bytes: Buffer): unknown {
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
