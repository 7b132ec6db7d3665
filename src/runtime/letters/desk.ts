/** Where dead letters are worked on: redriven into their streams, or dropped with a reason; one call at a time. */

import { REDRIVES_MAX } from "../../base/dead-letter-move.ts";
import { Fault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import { DEAD_LETTER_MOVES, type StreamName } from "../../base/record.ts";
import type { Clock } from "../../base/clock.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { RecordBatch } from "../../seams/append.ts";
import type { StreamReader } from "../../seams/consume.ts";
import type { Query } from "../../seams/query.ts";
import { openChecker } from "../../stages/check/index.ts";
import type { Checker } from "../../seams/check.ts";
import type { Stream } from "../../stages/stream/index.ts";
import { judgeRecord, batchOf, type Judgement, type Passing } from "./judge.ts";
import { keyOf, keyText, writeMoves, type NewMove } from "./moves.ts";
import { pickLetters, type Filter, type Page, type PickedLetter } from "./pick.ts";
import { Tally, type RedriveAnswer } from "./tally.ts";
import { settleIntents } from "./settle.ts";

export interface DeskParts {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly query: Query;
  readonly newId: () => string;
  readonly log: (stream: string) => Stream;
  /** Appends records with these ids past the window: a redriven event is no repeat, whatever the door knows. */
  readonly append: (
    stream: StreamName,
    batch: RecordBatch,
    ids: readonly string[],
  ) => Promise<unknown>;
  readonly reader: (stream: StreamName) => Promise<StreamReader>;
  /** The bytes of an event that the log still holds. */
  readonly event: (
    stream: StreamName,
    place: { readonly shard: number; readonly sequence: number },
  ) => Promise<Buffer | undefined>;
  /** Moves that the warehouse has as rows. */
  readonly movesLoaded: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export interface RedriveWish {
  readonly filter: Filter;
  /** Letter's key text → the record to send in its place; letters without one are left alone. */
  readonly fixed: ReadonlyMap<string, Buffer> | undefined;
  readonly confirm: boolean;
  readonly caller: string;
}

export interface DropWish {
  readonly filter: Filter;
  readonly reason: string;
  readonly confirm: boolean;
  readonly caller: string;
}

export interface DropAnswer {
  readonly dry_run: boolean;
  readonly letters: number;
  readonly next: string | null;
}

export interface LetterDesk {
  /** Open letters with their records. */
  pick(filter: Filter): Promise<Page>;
  redrive(wish: RedriveWish): Promise<RedriveAnswer>;
  drop(wish: DropWish): Promise<DropAnswer>;
  /** Ends what a crash left begun. */
  settle(): Promise<void>;
}

/** Records of one call; the last one may go beyond it. */
const CALL_BYTES_MAX = LIMITS.commitBytesMax / 4;
const LOADED_WAIT_MS = 30_000;
const LOADED_LOOK_MS = 20;

export function openLetterDesk(parts: DeskParts): LetterDesk {
  const desk = new Desk(parts);
  return {
    pick: (filter) => desk.oneAtATime(() => desk.pick(filter)),
    redrive: (wish) => desk.oneAtATime(() => desk.redrive(wish)),
    drop: (wish) => desk.oneAtATime(() => desk.drop(wish)),
    settle: () => desk.oneAtATime(() => desk.settle()),
  };
}

/** A letter with the record that would be sent for it, and what the check says to that. */
interface Judged {
  readonly letter: PickedLetter;
  readonly judgement: Judgement;
}

class Desk {
  readonly #parts: DeskParts;
  readonly #checkers = new Map<string, Checker>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Nobody may pick a letter that another call is moving. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /**
   * The warehouse is the one place that says which letters are open, so every move must be in it before anything is
   * decided, and every redrive that a crash cut short must be ended.
   */
  async settle(): Promise<void> {
    await this.#loaded();
    const { query, clock, plan, reader, log } = this.#parts;
    const moves = await settleIntents({
      query,
      clock,
      streams: plan.streams,
      reader: ({ name }) => reader(name),
      isSound: (stream) => log(stream).meter().trouble === undefined,
    });
    if (moves.length > 0) {
      await this.#write(moves);
      await this.#loaded();
    }
  }

  async pick(filter: Filter): Promise<Page> {
    await this.settle();
    const page = await pickLetters(this.#parts.query, filter, this.#now());
    const letters: PickedLetter[] = [];
    let bytes = 0;
    for (const letter of page.letters) {
      const raw = (await this.#eventOf(letter)) ?? letter.raw;
      letters.push({ ...letter, raw });
      bytes += raw.length;
      if (bytes > CALL_BYTES_MAX && letter !== page.letters.at(-1)) {
        return { ...page, letters, next: page.behind(letter) };
      }
    }
    return { ...page, letters };
  }

  async redrive({ filter, fixed, confirm, caller }: RedriveWish): Promise<RedriveAnswer> {
    await this.settle();
    const page = await pickLetters(this.#parts.query, filter, this.#now());
    let { next } = page;
    const tally = new Tally();
    const judged: Judged[] = [];
    let bytes = 0;
    for (const letter of page.letters) {
      const one = await this.#judge(letter, fixed, tally);
      if (one !== undefined) {
        judged.push(one);
        bytes += one.judgement.kind === "passes" ? one.judgement.record.bytes.length : 0;
      }
      if (bytes > CALL_BYTES_MAX && letter !== page.letters.at(-1)) {
        next = page.behind(letter);
        break;
      }
    }
    if (confirm) {
      await this.#move(judged, caller);
      await this.#loaded();
    }
    return tally.answer({ dryRun: !confirm, next });
  }

  async drop({ filter, reason, confirm, caller }: DropWish): Promise<DropAnswer> {
    await this.settle();
    const { letters, next } = await pickLetters(this.#parts.query, filter, this.#now());
    if (confirm && letters.length > 0) {
      const about = { run: this.#parts.newId(), caller, moved_at: this.#now() };
      await this.#write(
        letters.map((letter) => ({
          ...moveOf(letter, about),
          state: "dropped",
          attempt: 0,
          reason,
        })),
      );
      await this.#loaded();
    }
    return { dry_run: !confirm, letters: letters.length, next: next ?? null };
  }

  async #judge(
    letter: PickedLetter,
    fixed: RedriveWish["fixed"],
    tally: Tally,
  ): Promise<Judged | undefined> {
    const stream = this.#parts.plan.streams.find(({ name }) => name === letter.stream);
    const given = fixed?.get(keyText(letter));
    if (fixed !== undefined && given === undefined) {
      tally.leave("without_fix");
      return undefined;
    }
    if (letter.attempts >= REDRIVES_MAX) {
      tally.leave("tried_too_often");
      return undefined;
    }
    const before = (await this.#eventOf(letter)) ?? letter.raw;
    if (stream === undefined || (given === undefined && isRowOnly(letter, before))) {
      tally.leave("not_possible");
      return undefined;
    }
    const raw = given ?? before;
    const judgement = judgeRecord({ stream, checker: this.#checker(stream) }, letter.letter, raw);
    tally.add({ letter, before, after: given, judgement });
    return { letter, judgement };
  }

  async #eventOf({ stream, place }: PickedLetter): Promise<Buffer | undefined> {
    return place === undefined ? undefined : await this.#parts.event(stream as StreamName, place);
  }

  /** Intents first, then the records, then that they are there: a crash anywhere between is found out by `settle`. */
  async #move(judged: readonly Judged[], caller: string): Promise<void> {
    const run = this.#parts.newId();
    const streams = Map.groupBy(judged, ({ letter }) => letter.stream);
    for (const [stream, members] of streams) {
      const about = { run, caller, moved_at: this.#now() };
      const passing = members.flatMap(({ letter, judgement }) =>
        judgement.kind === "passes" ? [{ letter, record: judgement.record }] : [],
      );
      await this.#append(stream as StreamName, passing, about);
      const failed = members.flatMap(({ letter, judgement }): NewMove[] =>
        judgement.kind === "fails"
          ? [{ ...moveOf(letter, about), state: "failed", reason: judgement.reasons[0].message }]
          : [],
      );
      await this.#write(failed);
    }
  }

  async #append(
    stream: StreamName,
    passing: readonly { readonly letter: PickedLetter; readonly record: Passing }[],
    about: About,
  ): Promise<void> {
    if (passing.length === 0) {
      return;
    }
    await using reader = await this.#parts.reader(stream);
    const position = await reader.newest();
    const intents = passing.map(({ letter, record }): NewMove => {
      return { ...moveOf(letter, about), state: "intent", event_id: record.eventId, position };
    });
    await this.#write(intents);
    const end = async (state: "redriven" | "abandoned"): Promise<void> =>
      await this.#write(intents.map((intent) => ({ ...intent, state, position: null })));
    try {
      const records = passing.map(({ record }) => record);
      const ids = records.map(({ eventId }) => eventId);
      await this.#parts.append(stream, batchOf(records), ids);
    } catch (thrown) {
      // Only a busy log surely kept nothing; what a failed write left behind is found out later.
      if (thrown instanceof Fault && thrown.code === "STREAM_BUSY") {
        await end("abandoned");
      }
      throw thrown;
    }
    await end("redriven");
  }

  async #write(moves: readonly NewMove[]): Promise<void> {
    const { log, newId } = this.#parts;
    await writeMoves(log(DEAD_LETTER_MOVES), newId, moves);
  }

  /** Waits until every move is a row. Throws DRAIN_TIMEOUT. */
  async #loaded(): Promise<void> {
    const { movesLoaded, pause } = this.#parts;
    const owed = this.#parts.log(DEAD_LETTER_MOVES).meter().records;
    for (let waited = 0; waited <= LOADED_WAIT_MS; waited += LOADED_LOOK_MS) {
      if (movesLoaded() >= owed) {
        return;
      }
      await pause(LOADED_LOOK_MS);
    }
    const stuck = "moves of dead letters are on their way to the warehouse";
    throw new Fault("DRAIN_TIMEOUT", { seconds: LOADED_WAIT_MS / 1000, stuck });
  }

  #checker(stream: StreamPlan): Checker {
    const known = this.#checkers.get(stream.name) ?? openChecker(stream);
    this.#checkers.set(stream.name, known);
    return known;
  }

  #now(): string {
    return new Date(this.#parts.clock.now()).toISOString();
  }
}

interface About {
  readonly run: string;
  readonly caller: string;
  readonly moved_at: string;
}

function moveOf(letter: PickedLetter, about: About): Omit<NewMove, "state"> {
  return {
    ...keyOf(letter),
    stream: letter.stream,
    ...about,
    attempt: letter.attempts + 1,
    event_id: null,
    position: null,
    reason: null,
  };
}

/** A load's letter holds the row, not the event; without the event there is nothing that could be sent again. */
function isRowOnly(letter: PickedLetter, before: Buffer): boolean {
  return letter.stage === "load" && before === letter.raw;
}
