/** Sends one opened file: reads, splits, and keeps several batches in flight. */

import type { World } from "../world.ts";
import type { BatchAnswer } from "./answer.ts";
import type { Batch, FileFormat, Splitter } from "../../files/batch.ts";
import type { Input } from "./open-input.ts";
import { postBatch, type Route } from "./post-batch.ts";
import { splitJson } from "../../files/split/split-json.ts";
import { splitCsv, splitNdjson } from "../../files/split/split-lines.ts";

const SPLITTERS: Readonly<Record<FileFormat, () => Splitter>> = {
  csv: splitCsv,
  json: splitJson,
  ndjson: splitNdjson,
};

/** A live pipe is sent on when nothing has come for so long. */
const IDLE_MS = 500;

interface SendFileOptions {
  readonly route: Route;
  readonly inFlightMax: number;
  /** Aborted to stop reading; what is in flight is still waited for. */
  readonly stop: AbortSignal;
  readonly onAnswer: (batch: Batch, answer: BatchAnswer) => Promise<void>;
}

export interface SentFile {
  /** Records found in the file. */
  readonly records: number;
  readonly tooLong: Splitter["tooLong"];
  readonly note: string | undefined;
  /** What the file could not be read for; the whole records before that were sent. */
  readonly damage: unknown;
}

/** Resolves when every batch read was answered. Throws the first failure, once nothing is in flight any more. */
export async function sendFile(
  input: Input,
  options: SendFileOptions,
  world: World,
): Promise<SentFile> {
  const splitter = SPLITTERS[input.format]();
  const state: Reading = { damage: undefined };
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const read = { input, splitter, state, stop: options.stop };
  for await (const batch of readBatches(read, world)) {
    const sent = sendOne(batch, options, world)
      .catch((thrown: unknown) => void failures.push(thrown))
      .finally(() => void inFlight.delete(sent));
    inFlight.add(sent);
    if (inFlight.size >= options.inFlightMax) {
      await Promise.race(inFlight);
    }
    if (failures.length > 0) {
      break;
    }
  }
  await Promise.all(inFlight);
  if (failures.length > 0) {
    throw failures[0];
  }
  const { records, tooLong, note } = splitter;
  return { records, tooLong, note, damage: state.damage };
}

async function sendOne(batch: Batch, options: SendFileOptions, world: World): Promise<void> {
  const answer = await postBatch(batch, options.route, world);
  await options.onAnswer(batch, answer);
}

interface Reading {
  damage: unknown;
}

interface ReadOptions {
  readonly input: Input;
  readonly splitter: Splitter;
  readonly state: Reading;
  readonly stop: AbortSignal;
}

async function* readBatches(
  { input, splitter, state, stop }: ReadOptions,
  world: World,
): AsyncGenerator<Batch> {
  try {
    for await (const chunk of orIdle(input, stop, world)) {
      yield* chunk === undefined ? splitter.flush() : splitter.push(chunk);
    }
  } catch (thrown) {
    state.damage = thrown;
  }
  yield* state.damage === undefined && !stop.aborted ? splitter.end() : splitter.flush();
}

/** The chunks, and `undefined` once whenever a pipe has given none for a while. Ends when `stop` is aborted. */
async function* orIdle(
  { chunks, live }: Input,
  stop: AbortSignal,
  world: World,
): AsyncGenerator<Buffer | undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      if (live && (await orIdleTime(next, world)) === undefined && !stop.aborted) {
        yield undefined;
      }
      const given = await unlessStopped(next, stop);
      if (given === undefined || given.done === true) {
        return;
      }
      yield given.value;
      next = iterator.next();
    }
  } finally {
    // A pipe that nobody writes to would never answer these, so they are not waited for.
    next.catch(() => {});
    iterator.return?.(undefined)?.catch(() => {});
  }
}

/** What `next` gives, or undefined when that takes longer than a pipe may be idle. */
async function orIdleTime<T>(next: Promise<T>, world: World): Promise<T | undefined> {
  const woken = new AbortController();
  try {
    return await Promise.race([next, world.sleep(IDLE_MS, woken.signal).then(() => undefined)]);
  } finally {
    woken.abort();
  }
}

/**
 * What `next` gives, or undefined when `stop` is aborted first. Racing against one promise for the whole file would
 * keep every chunk alive as long as that promise: 2 GB of file took 2.5 GB of memory.
 */
function unlessStopped<T>(next: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const onStop = (): void => resolve(undefined);
  if (stop.aborted) {
    onStop();
  }
  stop.addEventListener("abort", onStop, { once: true });
  next.then(resolve, reject).finally(() => stop.removeEventListener("abort", onStop));
  return promise;
}
