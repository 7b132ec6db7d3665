/** Counts what became of the records of a send, and keeps the first few reasons. */

import { showBytes, showMs } from "../../base/units.ts";
import { showCount, showCounted, showRate } from "../show/numbers.ts";
import type { Paint } from "../show/paint.ts";
import { alignRows } from "../show/table.ts";
import { harmless } from "../show/text.ts";
import type { BatchAnswer, SetAsideRecord } from "./answer.ts";
import type { Batch } from "../../files/batch.ts";

interface ReasonCount {
  readonly code: string;
  readonly path: string;
  readonly count: number;
  /** The first record with this reason. */
  readonly example: SetAsideRecord & { readonly file: string };
}

export interface Tally {
  readonly stream: string;
  readonly files: readonly string[];
  readonly records: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly setAside: number;
  readonly tooLong: number;
  readonly batches: number;
  readonly repeats: number;
  readonly bytes: number;
  readonly reasons: readonly ReasonCount[];
  readonly notes: readonly string[];
}

const REASONS_MAX = 50;
const REASONS_SHOWN = 5;

export function emptyTally(stream: string): Tally {
  return {
    stream,
    files: [],
    records: 0,
    accepted: 0,
    duplicates: 0,
    setAside: 0,
    tooLong: 0,
    batches: 0,
    repeats: 0,
    bytes: 0,
    reasons: [],
    notes: [],
  };
}

export function addAnswer(
  tally: Tally,
  { batch, answer, file }: { batch: Batch; answer: BatchAnswer; file: string },
): Tally {
  return {
    ...tally,
    records: tally.records + answer.accepted + answer.rejected,
    accepted: tally.accepted + answer.accepted,
    duplicates: tally.duplicates + answer.duplicates,
    setAside: tally.setAside + answer.rejected,
    batches: tally.batches + 1,
    bytes: tally.bytes + batch.body.length,
    reasons: answer.setAside.reduce(
      (reasons, one) => addReason(reasons, { ...one, file }),
      tally.reasons,
    ),
  };
}

function addReason(
  reasons: readonly ReasonCount[],
  example: ReasonCount["example"],
): readonly ReasonCount[] {
  const { code, path } = example;
  const at = reasons.findIndex((one) => one.code === code && one.path === path);
  if (at === -1) {
    return reasons.length < REASONS_MAX ? [...reasons, { code, path, count: 1, example }] : reasons;
  }
  return reasons.map((one, index) => (index === at ? { ...one, count: one.count + 1 } : one));
}

/** The summary for people; ends with a line feed. */
export function showTally(tally: Tally, tookMs: number, paint: Paint): string {
  const { stream, files, records, accepted, duplicates, setAside, bytes } = tally;
  const what = files.length === 1 ? harmless(files[0] ?? "") : showCounted(files.length, "file");
  if (records + tally.tooLong === 0) {
    return [`Sent nothing to ${paint.bold(stream)}.\n`, ...notes(tally, paint)].join("");
  }
  const rate = `${showBytes(bytes)}, ${showRate((records * 1000) / Math.max(1, tookMs))}`;
  const lines = [
    `Sent ${what} to ${paint.bold(stream)}: ${showCounted(records, "record")} in ${showMs(tookMs)} (${rate}).`,
    ...alignRows(
      [
        ["  accepted", paint.green(showCount(accepted))],
        ...(duplicates === 0
          ? []
          : [["  duplicates", paint.dim(showCount(duplicates)), paint.dim("of the accepted")]]),
        ["  set aside", (setAside === 0 ? paint.dim : paint.yellow)(showCount(setAside))],
      ],
      ["left", "right", "left"],
    ),
  ];
  for (const reason of tally.reasons.slice(0, REASONS_SHOWN)) {
    lines.push(`    ${showReason(reason, paint)}`);
  }
  if (tally.reasons.length > REASONS_SHOWN) {
    lines.push(paint.dim(`    and ${tally.reasons.length - REASONS_SHOWN} more kinds of reason`));
  }
  if (setAside > 0) {
    lines.push(`  See them with ${paint.cyan(`millrace dead ls --stream ${stream}`)}`);
  }
  return [`${lines.join("\n")}\n`, ...notes(tally, paint)].join("");
}

function showReason({ code, path, count, example }: ReasonCount, paint: Paint): string {
  const where = path === "" ? "" : ` ${path}`;
  const first = `${example.file}, record ${showCount(example.record)}`;
  const times = count === 1 ? first : `${showCount(count)} times, first ${first}`;
  return `${paint.yellow(code)}${where}  ${harmless(example.message)} ${paint.dim(`(${harmless(times)})`)}`;
}

function notes(tally: Tally, paint: Paint): string[] {
  return tally.notes.map((note) => `  ${paint.yellow("note")} ${harmless(note)}\n`);
}

/** The summary for programs. */
export function tallyJson(tally: Tally, tookMs: number): unknown {
  const {
    stream,
    files,
    records,
    accepted,
    duplicates,
    setAside,
    tooLong,
    batches,
    repeats,
    bytes,
  } = tally;
  return {
    stream,
    files,
    records,
    accepted,
    duplicates,
    set_aside: setAside,
    too_long: tooLong,
    batches,
    repeats,
    bytes,
    took_ms: tookMs,
    records_per_second: Math.round((records * 1000) / Math.max(1, tookMs)),
    reasons: tally.reasons.map(({ code, path, count, example }) => ({
      code,
      path,
      count,
      message: example.message,
      file: example.file,
      record: example.record,
      dead_letter: example.deadLetter,
    })),
    notes: tally.notes,
  };
}
