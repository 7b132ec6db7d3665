/** JQ in a thread of its own, because a query may run for ever: asked in batches, ended when it does not answer. */

import { Worker } from "node:worker_threads";
import { beside } from "../../../../base/beside.ts";
import type { FromJq, ToJq } from "./jq-thread.ts";

/** What a query gives for one record: an object of keys, or what is wrong. */
export type Extracted = { readonly keys: ReadonlyMap<string, string> } | { readonly says: string };

export interface Jq extends AsyncDisposable {
  /** One entry per record, in order. Rejects only where the query itself cannot be read: the message says why. */
  extract(query: string, records: readonly Buffer[]): Promise<readonly Extracted[]>;
}

/** The query cannot be read by JQ. */
export class JqProblem extends Error {
  override readonly name = "JqProblem";
}

const ANSWER_MS = 20_000;
/** Few, since what JQ answers is copied whole for every byte that it grows by. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4_194_304;
const KEYS_MAX = 50;
const NOT_JSON = { says: "Non JSON record provided" } as const;

/** Starts nothing before the first query. */
export function openJq(answerMs: number = ANSWER_MS): Jq {
  return new ThreadJq(answerMs);
}

interface Waiting {
  readonly id: number;
  readonly resolve: (answer: FromJq) => void;
}

class ThreadJq implements Jq {
  readonly #answerMs: number;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #asked = 0;

  constructor(answerMs: number) {
    this.#answerMs = answerMs;
  }

  async extract(query: string, records: readonly Buffer[]): Promise<readonly Extracted[]> {
    const texts = records.map(toLine);
    const lines = texts.filter((text) => text !== undefined);
    const found: Extracted[] = [];
    for (const batch of batches(lines)) {
      found.push(...(await this.#ask(query, batch)));
    }
    let next = 0;
    return texts.map((text) => {
      if (text === undefined) {
        return NOT_JSON;
      }
      next += 1;
      return found[next - 1] ?? NOT_JSON;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  /** One query at a time. */
  async #ask(query: string, lines: readonly string[]): Promise<Extracted[]> {
    const asked = this.#turn.then(() => this.#askNow(query, lines.join("\n")));
    this.#turn = asked.catch(() => undefined);
    const answer = await asked;
    if (answer.problem !== undefined) {
      throw new JqProblem(answer.problem);
    }
    const told = answer.lines?.split("\n").filter((line) => line !== "") ?? [];
    return lines.map((_line, place) => toExtracted(told[place]));
  }

  async #askNow(query: string, lines: string): Promise<FromJq> {
    const worker = (this.#worker ??= this.#begin());
    this.#asked += 1;
    const id = this.#asked;
    const { promise, resolve } = Promise.withResolvers<FromJq>();
    this.#waiting = { id, resolve };
    const timer = setTimeout(() => {
      void this.#end();
      resolve({ id, lines: "" });
    }, this.#answerMs);
    const message: ToJq = { id, query, lines };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    worker.postMessage(message);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  #begin(): Worker {
    const worker = new Worker(beside("jq-thread", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    worker.unref();
    const died = (): void => {
      if (this.#worker === worker) {
        this.#worker = undefined;
        this.#waiting?.resolve({ id: this.#waiting.id, lines: "" });
      }
    };
    worker.on("message", (answer: FromJq) => {
      if (answer.id === this.#waiting?.id) {
        this.#waiting.resolve(answer);
      }
    });
    worker.on("error", died);
    worker.on("exit", died);
    return worker;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#waiting?.resolve({ id: this.#waiting.id, lines: "" });
    await worker?.terminate();
  }
}

/** One JSON value on one line, or undefined where the bytes are none. */
function toLine(data: Buffer): string | undefined {
  const text = data.toString("utf8");
  try {
    JSON.parse(text);
    return text.replaceAll(/[\r\n]+/g, " ");
  } catch {
    return undefined;
  }
}

function* batches(lines: readonly string[]): Iterable<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (batch.length > 0 && (batch.length >= BATCH_RECORDS || bytes + line.length > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(line);
    bytes += line.length;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

function toExtracted(line: string | undefined): Extracted {
  const told =
    line === undefined ? undefined : (JSON.parse(line) as { v?: unknown; e?: string }[])[0];
  if (told === undefined) {
    return { says: line === undefined ? "JQ did not answer in time" : "JQ gave nothing" };
  }
  if (told.e !== undefined) {
    return { says: told.e.slice(0, 500) };
  }
  return toKeys(told.v);
}

function toKeys(value: unknown): Extracted {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { says: "JQ did not give an object of keys" };
  }
  const entries = Object.entries(value);
  if (entries.length > KEYS_MAX) {
    return { says: `JQ gave ${entries.length} keys; at most ${KEYS_MAX} are taken` };
  }
  for (const [name, key] of entries) {
    if (key === null || typeof key === "object" || key === "") {
      return { says: `partition key ${name} is null, empty or no plain value` };
    }
  }
  return { keys: new Map(entries.map(([name, key]) => [name, String(key)])) };
}
