/** One log on a simulated disk, with all that a test knows of it: what was answered, what may be there, what is wrong. */

import { setImmediate as turn } from "node:timers/promises";
import { assert } from "../../base/assert.ts";
import { toInstant } from "../../base/clock.ts";
import { readAll, type ReadRecord, toBatch } from "../../testing/conformance/append.ts";
import { openChance } from "../../testing/simulated/chance.ts";
import { SimulatedDisk } from "../../testing/simulated/disk.ts";
import { Life, Schedule } from "../../testing/simulated/schedule.ts";
import { type LogReader, openStreamReader } from "./reader.ts";
import { openStream, type Stream } from "./stream.ts";

const FOLDER = "/data/events";
const SEGMENT_BYTES = 4096;
const COMMIT_MS_MAX = 2000;
const FAR = toInstant(10 ** 12);
const IDLE_MAX = 20;
const TRIES_MAX = 1000;

export type End = "kill" | "power";

export class LogBench {
  /** Sentences about what should not be. */
  readonly wrong: string[] = [];
  readonly #schedule: Schedule;
  readonly #disk: SimulatedDisk;
  readonly #random: (bytes: number) => Buffer;
  #life = new Life("first");
  #stream: Stream | undefined;
  #reader: LogReader | undefined;
  #sent = 0;
  /** By text: what must be there, with its sequence, and what need not but may. */
  readonly #must = new Map<string, number>();
  readonly #may = new Set<string>();
  /** What a trim took away; a power cut may bring it back as long as its folder is not synced. */
  readonly #gone = new Set<string>();
  /** Up to this sequence records may have been trimmed. */
  #trimmed = 0;

  constructor(seed: number) {
    const chance = openChance(`log ${seed}`);
    this.#schedule = new Schedule(chance.branch("order"));
    const world = { schedule: this.#schedule, chance: chance.branch("disk"), note: ignore };
    this.#disk = new SimulatedDisk(world);
    this.#random = (bytes) => chance.bytes(bytes);
  }

  /** Lets so many things happen. */
  async steps(count: number): Promise<void> {
    for (let step = 0; step < count; step += 1) {
      await this.#schedule.step();
    }
  }

  /** Begins a life, and looks at everything that is there. */
  async open(): Promise<void> {
    this.#life = new Life("next");
    const timers = this.#schedule.timersOf(this.#life);
    const around = { folder: FOLDER, stream: "events", disk: this.#disk.of(this.#life), timers };
    const stream = await this.#done(
      openStream({
        ...around,
        shards: 1,
        clock: { now: () => toInstant(this.#schedule.now) },
        random: this.#random,
        segmentBytes: SEGMENT_BYTES,
        commitMsMax: COMMIT_MS_MAX,
        retry: { baseMs: 1, maxMs: 4 },
      }),
    );
    this.#stream = stream;
    this.#reader = await this.#done(openStreamReader({ ...around, shared: stream.shared }));
    this.#judge(await this.#done(readAll(this.#reader)));
  }

  append({ bytes, count }: { readonly bytes: number; readonly count: number }): void {
    this.#sent += 1;
    const texts = Array.from({ length: count }, (_none, at) =>
      `${this.#sent}.${at}.${count}.`.padEnd(bytes, "x"),
    );
    void this.#append(texts);
  }

  trim(): void {
    this.#trimmed = this.#stream?.lastSequence(0) ?? 0;
    void this.#trim().catch(ignore);
  }

  async trouble(mood: "full" | "fails", steps: number): Promise<void> {
    Object.assign(this.#disk.mood, mood === "full" ? { full: true } : { fails: 0.5 });
    await this.steps(steps);
    Object.assign(this.#disk.mood, { full: false, fails: 0 });
  }

  end(how: End): void {
    this.#life.end();
    this.#disk.kill(this.#life);
    if (how === "power") {
      this.#disk.cutPower();
    }
  }

  /** With a calm disk it takes again what is sent, by itself. */
  async heal(): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      await this.steps(1);
      this.#sent += 1;
      if (await this.#done(this.#append([`${this.#sent}.0.1.`]))) {
        return;
      }
    }
    this.wrong.push(`the log takes nothing: ${this.#stream?.meter().trouble?.message}`);
  }

  /** Whether it was answered. */
  async #append(texts: readonly string[]): Promise<boolean> {
    texts.forEach((text) => this.#may.add(text));
    const appended = await this.#stream?.append(toBatch(texts)).catch(() => undefined);
    if (appended === undefined) {
      return false;
    }
    texts.forEach((text, at) => this.#must.set(text, appended.sequences[at] ?? 0));
    return true;
  }

  async #trim(): Promise<void> {
    const delivered = await this.#reader?.newest();
    if (delivered !== undefined) {
      await this.#stream?.trim({ before: FAR, delivered });
    }
  }

  /** Lets time pass until `work` is done. */
  async #done<T>(work: Promise<T>): Promise<T> {
    const end = { over: false };
    const over = work.finally(() => (end.over = true));
    over.catch(ignore);
    for (let idle = 0; !end.over && idle < IDLE_MAX;) {
      // What needs no time still needs turns of the loop.
      idle = (await this.#schedule.step()) ? 0 : idle + 1;
      await turn();
    }
    assert(end.over, "what a living process asks for is answered");
    return await over;
  }

  #judge(records: readonly ReadRecord[]): void {
    const first = records[0]?.sequence ?? 1;
    const texts = records.map(({ text }) => text);
    const there = new Set(texts);
    const known = (text: string): boolean =>
      this.#must.has(text) || this.#may.has(text) || this.#gone.has(text);
    const lost = [...this.#must].filter(
      ([text, sequence]) => !there.has(text) && sequence > this.#trimmed,
    );
    this.#complain(
      "lost",
      lost.map(([text]) => text),
    );
    this.#complain(
      "nobody's, or thought gone",
      texts.filter((text) => !known(text)),
    );
    this.#complain(
      "twice",
      texts.filter((text, at) => texts.indexOf(text) !== at),
    );
    this.#complain("half there", halves(texts, first === 1));
    const gaps = records.filter(({ sequence }, at) => sequence !== first + at);
    this.#complain(
      "out of order",
      gaps.map(({ text }) => text),
    );
    if (first > this.#trimmed + 1) {
      this.wrong.push(`the log begins with ${first}, and only ${this.#trimmed} were trimmed`);
    }
    // Of what nobody was told, what is there now stays, and what is not never comes.
    [...this.#must.keys()].forEach((text) => this.#gone.add(text));
    this.#must.clear();
    this.#may.clear();
    records.forEach(({ text, sequence }) => this.#must.set(text, sequence));
  }

  #complain(says: string, texts: readonly string[]): void {
    if (texts.length > 0) {
      this.wrong.push(`${says}: ${texts.map((text) => text.slice(0, 12)).join(" ")}`);
    }
  }
}

/** Appends of which only some records are there; a trim may have taken the first of the oldest append. */
function halves(texts: readonly string[], whole: boolean): string[] {
  const appends = [...Map.groupBy(texts, (text) => text.split(".")[0] ?? "")];
  return appends
    .slice(whole ? 0 : 1)
    .filter(([, members]) => members.length !== Number(members[0]?.split(".")[2]))
    .map(([append]) => append);
}

function ignore(): void {
  // Of no matter here.
}
