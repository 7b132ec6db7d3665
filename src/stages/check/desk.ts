/** Where every record ends up whatever the body's format: taken by its bytes if possible, else judged in full. */

import { isUtf8 } from "node:buffer";
import type { Reason } from "../../base/dead-letter.ts";
import { LIMITS } from "../../base/limits.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Verdict } from "../../seams/check.ts";
import type { Scanner } from "../../scan/index.ts";
import { compileScanner } from "../../scan/index.ts";
import { derive } from "./derive.ts";
import type { Event, Reasons } from "./general/judge.ts";
import { openJudge } from "./general/judge.ts";
import type { Keys } from "./keys.ts";
import { isHashed, openKeys } from "./keys.ts";
import type { Tally } from "./tally.ts";
import { accept, openTally, reject, reset, toVerdict, widen } from "./tally.ts";

export interface Desk {
  /** Begins with a new body; `isText` says whether all of it is UTF-8. */
  begin(isText: boolean): void;
  /** Whether fields that the schema does not know are taken. */
  readonly isOpen: boolean;
  /** The scanner's own: where the valid canonical record at `start` ends, or -1. */
  readonly scanPrefix: Scanner["scanPrefix"];
  /** Accepts what the scanner has just taken, unless key or id need a closer look: then false, and nothing is done. */
  acceptScanned(bytes: Buffer, start: number, end: number): boolean;
  /**
   * Judges `[start, end)` of `bytes` in full; whether it was accepted. `raw` is what a rejection keeps when it is
   * not those bytes.
   */
  take(bytes: Buffer, range: Range, raw?: Buffer): boolean;
  reject(raw: Buffer, reason: Reason): void;
  /** Makes `raw` the newest rejection's bytes. */
  widen(raw: Buffer): void;
  /** Forgets what was judged and sets the whole body aside. */
  rejectWhole(body: Buffer, reason: Reason): void;
  /** The verdict, over the buffer that holds the accepted records. */
  verdict(bytes: Buffer): Verdict;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

export function openDesk(plan: StreamPlan): Desk {
  const scanner = compileScanner(plan);
  const tally = openTally({ hashed: isHashed(plan), named: plan.id !== undefined });
  const keys = openKeys(plan, scanner, tally);
  const judge = openJudge(plan);
  const acceptEvent = openEvents(plan, keys, tally);
  const needsEvent =
    plan.rules.length > 0 || plan.key?.kind === "function" || plan.id?.kind === "function";
  let isText = true;

  function acceptScanned(bytes: Buffer, start: number, end: number): boolean {
    if (end - start > LIMITS.recordBytesMax) {
      return false;
    }
    if (!isText && !isUtf8(bytes.subarray(start, end))) {
      return false;
    }
    if (needsEvent) {
      const event = JSON.parse(bytes.toString("utf8", start, end)) as Event;
      return acceptEvent(event, { start, end, broken: false }) === undefined;
    }
    if (!keys.read(bytes)) {
      return false;
    }
    keys.putRead(accept(tally, start, end));
    return true;
  }

  function take(bytes: Buffer, { start, end }: Range, raw?: Buffer): boolean {
    const text = bytes.subarray(start, end);
    const judged = judge.judge(text, isText);
    const reasons =
      "reasons" in judged
        ? judged.reasons
        : acceptEvent(judged.event, { start, end, broken: judged.broken });
    if (reasons !== undefined) {
      reject(tally, raw ?? text, reasons);
    }
    return reasons === undefined;
  }

  return {
    begin(allText) {
      isText = allText;
      reset(tally);
    },
    isOpen: plan.drift.newField !== "quarantine",
    scanPrefix: scanner.scanPrefix,
    acceptScanned,
    take,
    reject: (raw, reason) => reject(tally, raw, [reason]),
    widen: (raw) => widen(tally, raw),
    rejectWhole(body, reason) {
      reset(tally);
      reject(tally, body, [reason]);
    },
    verdict: (bytes) => toVerdict(tally, bytes),
  };
}

interface Place extends Range {
  /** Written over several lines, which a record in the stream may not be. */
  readonly broken: boolean;
}

/** Accepts an event if its key, id and rules allow it; else gives the reasons, and nothing is done. */
function openEvents(
  plan: StreamPlan,
  keys: Keys,
  tally: Tally,
): (event: Event, place: Place) => Reasons | undefined {
  return (event, { start, end, broken }) => {
    const derived = derive(plan, event);
    if ("reasons" in derived) {
      return derived.reasons;
    }
    const place = accept(tally, start, end);
    if (broken) {
      tally.broken.push(place);
    }
    keys.put(place, derived.key ?? "");
    if (derived.id !== undefined) {
      tally.named?.addText(derived.id);
      if (plan.id?.kind === "function") {
        tally.ids.push(derived.id);
      }
    }
    return undefined;
  };
}
