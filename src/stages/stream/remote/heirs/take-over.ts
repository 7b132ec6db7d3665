/** Brings what a lost process had claimed into this machine's logs, from Kinesis, each record once over any number of kills. */

import { defined } from "../../../../base/assert.ts";
import { type RemoteRecord, type RemoteStream, shardNumber } from "../client.ts";
import type { Intake } from "../intake.ts";
import type { LeaseBook } from "../lease-book.ts";
import type { Inherited } from "../leases.ts";
import type { Marks } from "../marks.ts";
import type { Testament } from "./fence.ts";
import { broughtIn, inherit } from "./stretches.ts";

export interface TakeOverOptions {
  readonly remote: RemoteStream;
  readonly book: LeaseBook;
  readonly intake: Intake;
  readonly marks: Marks;
  readonly testament: (reader: string) => Promise<Testament | undefined>;
  readonly pollMs: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** One stretch on its way. */
interface Heirloom {
  readonly shard: string;
  readonly stretch: Inherited;
  /** What it is marked by: each record is claimed once, so no other stretch of the shard ends there. */
  readonly key: string;
}

/** How far one is: a sequence number, empty before the first, and the records found so far. */
interface Progress {
  readonly at: string;
  readonly found: number;
}

/** Empty pages in a row, at the newest record, after which nothing is waited for any more. */
const EMPTY_MAX = 4;

/** Takes what the fenced ones had away from them; from then on it is this process' own, however often it starts. */
export async function openHeirlooms(options: TakeOverOptions): Promise<readonly Heirloom[]> {
  const { book, testament } = options;
  const shards = await book.everClaimed();
  await book.look(shards);
  for (const of of book.heirOf) {
    const told = await testament(of);
    const doubled = told === undefined || told.outlives !== undefined;
    for (const shard of shards) {
      await book.settle(shard, (lease) => inherit(lease, { of, heir: book.me, doubled }));
    }
  }
  return shards.flatMap((shard) =>
    (book.lease(shard).inherited?.[book.me] ?? []).map((stretch) => ({
      shard,
      stretch,
      key: `${shard} up to ${stretch.to}`,
    })),
  );
}

/** Only when nothing that this process claimed itself is open: what the logs hold behind the ends is of one stretch then. */
export async function bringIn(
  options: TakeOverOptions,
  heirlooms: readonly Heirloom[],
): Promise<void> {
  const { book, remote, marks, signal, log } = options;
  const known = new Set((await remote.shards()).map(({ id }) => id));
  for (const heirloom of heirlooms) {
    const { shard, stretch } = heirloom;
    const found = await bringOne(options, heirloom, known.has(shard));
    if (signal.aborted) {
      return;
    }
    const what = `what ${stretch.of} had claimed behind ${stretch.from ?? "its beginning"} up to ${stretch.to}`;
    const gone = stretch.records - found;
    if (gone > 0) {
      const why = `${shard}: of ${what}, ${gone} record(s) were gone from Kinesis`;
      marks.doubt(remote.stream, { shard, to: stretch.to, about: "gone", why });
    }
    if (stretch.cut === true) {
      const why = `${shard}: what ${stretch.of} had claimed before ${stretch.from ?? "that"} is no longer written down`;
      marks.doubt(remote.stream, { shard, to: stretch.to, about: "cut", why });
    }
    if (stretch.doubled) {
      const why = `${shard}: ${what} was taken over, and how much of it is also in the lake or warehouse that outlived that data folder is not known`;
      marks.doubt(remote.stream, { shard, to: stretch.to, about: "doubled", why });
    }
    // Only now: a crash before repeats what comes after the last mark, and these words.
    await book.settle(shard, (lease) => broughtIn(lease, book.me, stretch));
    log(`${remote.stream}, ${shard}: took over ${found} of ${stretch.records} record(s)`);
  }
}

/** Resolves to how many records of it were there. */
async function bringOne(
  { remote, book, intake, marks, sleep, pollMs, signal }: TakeOverOptions,
  { shard, stretch, key }: Heirloom,
  isThere: boolean,
): Promise<number> {
  const { from, to } = stretch;
  const before = toProgress(marks.read(remote.stream, key));
  if (before?.at === to) {
    return before.found;
  }
  if (before === undefined) {
    const ends = defined(marks.ends(remote.stream), "the intake has begun");
    marks.write(remote.stream, { shard: key, to: " 0", ends });
  }
  let progress: Progress = before ?? { at: "", found: 0 };
  let again = before !== undefined;
  const behind = (): string | undefined => (progress.at === "" ? from : progress.at);
  const take = async (records: readonly RemoteRecord[], last: string): Promise<void> => {
    const found = progress.found + records.length;
    const mark = { key, text: `${last} ${found}` };
    const about = { shard, number: shardNumber(shard), from: behind(), to: last };
    await intake.take({ ...about, records, mark, again, whole: true });
    progress = { at: last, found };
    again = false;
  };
  let iterator = isThere ? await remote.iterator(shard, behind()) : undefined;
  for (let empty = 0; iterator !== undefined && !signal.aborted;) {
    const page = await remote.records(iterator);
    if (page === "expired") {
      iterator = await remote.iterator(shard, behind());
      continue;
    }
    const records = page.records.filter(({ sequence }) => BigInt(sequence) <= BigInt(to));
    const last = records.at(-1);
    if (last === undefined) {
      await sleep(pollMs, signal);
    } else {
      await take(records, last.sequence);
    }
    empty = page.records.length === 0 && page.newest ? empty + 1 : 0;
    const over = last?.sequence === to || records.length < page.records.length;
    iterator = over || empty >= EMPTY_MAX ? undefined : page.next;
    // It may take long, and the others should not take this process for dead.
    await book.beat();
  }
  if (progress.at !== to && !signal.aborted) {
    await take([], to);
  }
  return progress.found;
}

function toProgress(mark: string | undefined): Progress | undefined {
  if (mark === undefined) {
    return undefined;
  }
  const [at = "", found = "0"] = mark.split(" ");
  return { at, found: Number(found) };
}
