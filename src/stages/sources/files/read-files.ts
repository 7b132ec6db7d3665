/** All files of a source, each once: resumed where it was, read further where it grew, waited for while it is written. */

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import type { Fault } from "../../../base/faults.ts";
import { showBytes } from "../../../base/units.ts";
import type { FileSourcePlan } from "../../../plan/sources/source-plan.ts";
import type { ReadBatch, ReadContext, ReaderWorld } from "../reader.ts";
import type { FileBatch } from "./batches.ts";
import { type LocalCopy, toLocal } from "./copies.ts";
import {
  hashFile,
  hasGrown,
  type Identity,
  identify,
  isSame,
  isUntouched,
  timesOf,
} from "./identity.ts";
import { listPlaces, type Place } from "./places.ts";
import { readFile, toUnreadable } from "./read-file.ts";
import { type Noted, showNotes, toNoted } from "./notes.ts";

export interface FilesContext extends ReadContext {
  readonly world: ReaderWorld;
}

/** Ends when all is read, unless the places are watched. A file that cannot be read does not keep others from it. */
export async function* readFiles(
  plan: Omit<FileSourcePlan, "kind">,
  context: FilesContext,
  cut: Cut = whole,
): AsyncGenerator<ReadBatch> {
  const round: Round = { plan, context, cut, notes: [], bad: new Set() };
  const watched = plan.watch === "on";
  while (!context.signal.aborted) {
    const places = await listPlaces(plan.from, watched);
    for (const [index, place] of places.entries()) {
      if (context.signal.aborted) {
        return;
      }
      yield* readPlace(place, round, { index, of: places.length });
    }
    context.tell({ lag: "0 files" });
    if (!watched) {
      return;
    }
    await context.sleep(plan.every);
  }
}

/** Parts of a batch, each when it may go. */
export type Cut = (batch: FileBatch) => AsyncIterable<FileBatch>;

async function* whole(batch: FileBatch): AsyncGenerator<FileBatch> {
  yield batch;
}

interface Round {
  readonly cut: Cut;
  readonly plan: Omit<FileSourcePlan, "kind">;
  readonly context: FilesContext;
  readonly notes: string[];
  /** Files that could not be read, by id. */
  readonly bad: Set<string>;
}

interface Turn {
  readonly index: number;
  readonly of: number;
}

async function* readPlace(place: Place, round: Round, turn: Turn): AsyncGenerator<ReadBatch> {
  const { plan, context } = round;
  const { name: source, signal, world } = context;
  const noted = toNoted(context.fact(place.id));
  if (place.kind === "disk" && (await isUnchangedOnDisk(place, noted))) {
    return;
  }
  if (place.kind === "s3" && noted?.version === place.version && noted.end !== "open") {
    return;
  }
  if (place.kind === "disk" && !(await isSettled(place.id, round))) {
    return;
  }
  const known = noted?.end === "open" ? undefined : noted?.validators;
  const copy = await toLocal(place, { source, plan, world, known, signal });
  if (copy === undefined) {
    return;
  }
  await using local = copy;
  yield* readCopy(place, local, { round, turn, noted });
}

async function isUnchangedOnDisk(place: Place, noted: Noted | undefined): Promise<boolean> {
  if (noted === undefined || noted.end === "open") {
    return false;
  }
  try {
    return isUntouched(noted.identity, timesOf(await stat(place.id)));
  } catch {
    // It has just gone: that is for the one who reads it to say.
    return false;
  }
}

/** Waits for a file that has just changed; a watched one is looked at again in the next round instead. */
async function isSettled(path: string, { plan, context }: Round): Promise<boolean> {
  for (;;) {
    let left: number;
    try {
      left = (await stat(path)).mtimeMs + plan.settle - context.clock.now();
    } catch {
      return false;
    }
    // A time in the future says nothing: some archives keep it.
    if (left <= 0 || left > plan.settle) {
      return true;
    }
    if (plan.watch === "on" || context.signal.aborted) {
      return false;
    }
    await context.sleep(left);
  }
}

interface Work {
  readonly round: Round;
  readonly turn: Turn;
  readonly noted: Noted | undefined;
}

async function* readCopy(
  place: Place,
  local: LocalCopy,
  { round, turn, noted }: Work,
): AsyncGenerator<ReadBatch> {
  const { context } = round;
  const identity = await identify(local.path);
  const start = await toStart(local.path, { identity, noted, source: context.name });
  const about = {
    identity,
    key: start.key,
    validators: local.validators,
    version: place.kind === "s3" ? place.version : undefined,
  };
  if (start.skip === "all") {
    yield toBatch(place, {
      ...about,
      records: noted?.records ?? 0,
      end: "done",
      hash: noted?.hash,
    });
    return;
  }
  let records = start.skip;
  const say = (note: string): void => tellNote(`${place.name}: ${note}`, round);
  const file = { path: local.path, name: place.name, skip: start.skip, say };
  try {
    for await (const batch of cutAll(readFile(file, round.plan), round.cut)) {
      records = batch.first + batch.records;
      context.tell({
        progress: `${place.name}, ${records} records, ${showBytes(identity.size)}`,
        lag: `${turn.of - turn.index} of ${turn.of} files`,
      });
      const origin = `${context.name}: ${place.name}`;
      yield {
        ...toBatch(place, { ...about, records, end: "open" }),
        body: batch.body,
        format: batch.format,
        key: { text: start.key, first: batch.first },
        origin: (member) => `${origin}${batch.line(member)}`,
      };
    }
  } catch (thrown) {
    tellBad(place, toUnreadable(thrown, place.name), round);
    yield toBatch(place, { ...about, records, end: "bad" });
    return;
  }
  if (round.bad.delete(place.id) && round.bad.size === 0) {
    context.tell({ trouble: undefined });
  }
  yield toBatch(place, { ...about, records, end: "done", hash: await hashFile(local.path) });
}

async function* cutAll(batches: AsyncIterable<FileBatch>, cut: Cut): AsyncGenerator<FileBatch> {
  for await (const batch of batches) {
    yield* cut(batch);
  }
}

function tellNote(note: string, { notes, context }: Round): void {
  notes.push(note);
  context.tell({ notes: showNotes(notes) });
}

/** A file that cannot be read is told until it can be; the files after it are read all the same. */
function tellBad({ id, name }: Place, { code, message, facts }: Fault, round: Round): void {
  const { bad, context } = round;
  bad.add(id);
  tellNote(`${name}: ${code === "FILE_UNREADABLE" ? String(facts["cause"]) : message}`, round);
  const since = context.clock.now();
  context.tell({ trouble: { code, message, since, attempts: bad.size } });
}

interface Start {
  /** The same as long as the file only grows. */
  readonly key: string;
  /** Records that were brought already, or that nothing is to be brought. */
  readonly skip: number | "all";
}

async function toStart(
  path: string,
  given: { identity: Identity; noted: Noted | undefined; source: string },
): Promise<Start> {
  const { identity, noted, source } = given;
  if (noted !== undefined) {
    const { key, records, end } = noted;
    // Where it was touched, all its bytes have to say that it is the same: see below.
    const same = isSame(identity, noted.identity);
    if (
      same &&
      (end !== "done" || noted.hash === undefined || isUntouched(noted.identity, identity))
    ) {
      return { key, skip: end === "done" ? "all" : records };
    }
    // Touched, or fetched again: the same bytes are the same file.
    const touched = identity.size === noted.identity.size && end === "done";
    if (touched && noted.hash === (await hashFile(path))) {
      return { key, skip: "all" };
    }
    // A copy has a time of its own; before its end was reached nothing else tells it from the one before.
    const again = identity.size === noted.identity.size && identity.ends === noted.identity.ends;
    if (end === "open" && again) {
      return { key, skip: records };
    }
    if (await hasGrown(path, noted.identity, identity)) {
      return { key, skip: records };
    }
  }
  const { size, changedAt, touchedAt, ends } = identity;
  const text = `${path}|${size}|${changedAt}|${touchedAt}|${ends}`;
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, 20);
  return { key: `${source}.${hash}`, skip: 0 };
}

/** A batch of nothing, with what is known of its file from now on. */
function toBatch(place: Place, noted: Noted): ReadBatch {
  return {
    body: "",
    format: "ndjson",
    checkpoint: `${place.name}, record ${noted.records}`,
    facts: [{ name: place.id, text: JSON.stringify(noted) }],
  };
}
