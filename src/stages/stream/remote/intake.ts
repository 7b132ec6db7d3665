/** Brings claimed records into this machine's logs, each once, whatever was cut off before. */

import type { StreamReader } from "../../../seams/consume.ts";
import type { RemoteRecord } from "./client.ts";
import type { LogEnds, Marks } from "./marks.ts";
import type { TakenCounts } from "./taken/taken-tables.ts";

/** Records of one shard, in their order. */
export interface Taken {
  readonly shard: number;
  readonly records: readonly RemoteRecord[];
  /** `originText` of every event and dead letter that is in the logs already. */
  readonly kept: ReadonlySet<string>;
}

/** Lines of the records of a batch by what became of them, those that were kept before among them. */
export type KeptLines = Omit<TakenCounts, "records">;

export interface IntakeOptions {
  readonly stream: string;
  readonly marks: Marks;
  /** Checks records and appends what they hold and is not kept, with its origin as key, to the stream's log and to that of dead letters; durable when done. */
  readonly keep: (taken: Taken) => Promise<KeptLines>;
  readonly openEvents: () => Promise<StreamReader>;
  readonly openLetters: () => Promise<StreamReader>;
}

export interface Batch {
  readonly shard: string;
  /** The number in its name. */
  readonly number: number;
  /** Where it is marked, and with what, when it is not the shard's own newest. */
  readonly mark?: { readonly key: string; readonly text: string };
  readonly records: readonly RemoteRecord[];
  /** The sequence number that it comes behind; undefined is the beginning of the shard. */
  readonly from: string | undefined;
  /** The sequence number that the claim ends with. */
  readonly to: string;
  /** Whether some of it may be in the logs already. */
  readonly again: boolean;
  /** Whether the claim is kept whole with it. */
  readonly whole: boolean;
}

const READ_BYTES = 4_194_304;

export class Intake {
  readonly #options: IntakeOptions;
  #turn: Promise<void> = Promise.resolve();
  /** Shards of whose newest claim the logs may hold any part: until they have it whole, the ends stay. */
  readonly #torn = new Set<string>();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Before anything is taken, from where a restart must look. */
  async begin(): Promise<void> {
    const { marks, stream } = this.#options;
    if (marks.ends(stream) === undefined) {
      marks.begin(stream, await this.#ends());
    }
  }

  /** A claim marked by this name may have been cut off in its middle, by an earlier life. */
  expect(shard: string): void {
    this.#torn.add(shard);
  }

  /** One batch at a time: the ends of the logs then lie behind everything that is marked, and before all else. */
  take(batch: Batch): Promise<void> {
    const done = this.#turn.then(() => this.#takeNow(batch));
    this.#turn = done.catch(() => {});
    return done;
  }

  async #takeNow(batch: Batch): Promise<void> {
    const { shard, number, records, from, to, again, whole } = batch;
    const { stream, marks, keep } = this.#options;
    const { key, text } = batch.mark ?? { key: shard, text: to };
    const kept = again ? await this.#keptSinceMark() : new Set<string>();
    this.#torn.add(key);
    const lines = await keep({ shard: number, records, kept });
    if (whole) {
      this.#torn.delete(key);
    }
    const before = marks.ends(stream);
    const ends = this.#torn.size > 0 && before !== undefined ? before : await this.#ends();
    const taken = { shard, from, to, records: records.length, ...lines, before };
    marks.write(stream, { shard: key, to: text, ends, taken });
  }

  /** Origins of what the logs hold behind the newest mark: a batch at most, taken by a life that ended in its middle. */
  async #keptSinceMark(): Promise<ReadonlySet<string>> {
    const { marks, stream, openEvents, openLetters } = this.#options;
    const ends = marks.ends(stream);
    const kept = new Set<string>();
    if (ends !== undefined) {
      await addOrigins(await openEvents(), ends.events, kept);
      await addOrigins(await openLetters(), ends.letters, kept);
    }
    return kept;
  }

  async #ends(): Promise<LogEnds> {
    await using events = await this.#options.openEvents();
    await using letters = await this.#options.openLetters();
    return { events: await events.newest(), letters: await letters.newest() };
  }
}

async function addOrigins(
  opened: StreamReader,
  from: LogEnds["events"],
  kept: Set<string>,
): Promise<void> {
  await using reader = opened;
  for (let at = from; ;) {
    const frames = await reader.read(at, READ_BYTES);
    const last = frames.at(-1);
    if (last === undefined) {
      return;
    }
    for (const { keys } of frames) {
      keys?.forEach((key) => kept.add(key));
    }
    at = last.next;
  }
}
