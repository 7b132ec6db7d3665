/** One source at work: batch after batch through the door, each durable before the next is asked for. */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";
import { Fault, toFault } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import type { SourceBatch } from "../../define/source.ts";
import type { Ingest } from "../../seams/ingest.ts";
import type { Trouble } from "../../seams/meter.ts";
import type { SourceStatus } from "../../seams/status.ts";
import type { Checkpoints, Progress } from "./checkpoints.ts";
import type { Reader, ReadBatch, SourceReport } from "./reader.ts";
import { DOOR_WAITS, RESTART_WAITS, waitMs } from "./wait.ts";

/** What a source needs of the world. */
export interface SourceWorld {
  readonly ingest: Ingest;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A new unique text, for dead letters to name their request. */
  readonly newId: () => string;
}

export interface SourceRunOptions {
  readonly name: string;
  readonly source: Reader;
  readonly checkpoints: Checkpoints;
  readonly world: SourceWorld;
}

/** Checkpoints are kept in memory and shown in the status: a place, not a store. */
const CHECKPOINT_CHARS_MAX = 65_536;

export class SourceRun {
  readonly #options: SourceRunOptions;
  readonly #stopping = new AbortController();
  #progress: Progress;
  #state: SourceStatus["state"] = "off";
  #trouble: Trouble | undefined;
  #report: SourceReport = {};
  /** False once the stream has said that it knows no keys. */
  #keyed = true;

  constructor(options: SourceRunOptions) {
    this.#options = options;
    this.#progress = options.checkpoints.read(options.name);
  }

  status(): SourceStatus {
    const { name, source } = this.#options;
    const { title, stream } = source;
    return {
      name,
      title,
      stream,
      state: this.#state,
      ...this.#progress,
      ...this.#report,
      trouble: this.#trouble ?? this.#report.trouble,
    };
  }

  /** Tells the source to stop; `run` resolves soon after, when the source lets it. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves when the source is at its end or stopped; nothing the source does makes it reject. */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#state = "running";
        await this.#readThrough();
        if (!signal.aborted) {
          this.#state = "done";
          this.#trouble = undefined;
          return;
        }
      } catch (thrown) {
        this.#state = "failed";
        this.#note(thrown);
        await this.#wait(RESTART_WAITS, signal);
      }
    }
    this.#state = "off";
  }

  /** From the checkpoint to the source's end, or until stopped. */
  async #readThrough(): Promise<void> {
    const { signal } = this.#stopping;
    const { name, source, world, checkpoints } = this.#options;
    const read = source.read({
      name,
      checkpoint: this.#progress.checkpoint,
      signal,
      clock: world.clock,
      random: world.random,
      sleep: (ms) => world.sleep(ms, signal),
      fact: (about) => checkpoints.fact(name, about),
      tell: (report) => (this.#report = { ...this.#report, ...report }),
    });
    const batches = read[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await unlessAborted(batches.next(), signal);
        if (next === undefined || next.done === true) {
          return;
        }
        await this.#bring(next.value);
        // A source that never waits must not keep requests and timers from their turn.
        await nextTurn();
      }
    } finally {
      const closed = closeQuietly(batches);
      // Otherwise not waited for: a source that hangs in its own clean-up must not hold the others, nor its next try.
      await (signal.aborted && source.takesLeave === true ? closed : undefined);
    }
  }

  async #bring(batch: ReadBatch): Promise<void> {
    const records = await this.#patiently(() => this.#accept(batch), batch.unwanted);
    if (records === undefined) {
      return;
    }
    const { name, checkpoints } = this.#options;
    const progress: Progress = {
      checkpoint: batch.checkpoint,
      records: this.#progress.records + records,
    };
    const saved = await this.#patiently(() => {
      checkpoints.save(name, progress, batch.facts);
      return progress;
    });
    if (saved !== undefined) {
      this.#progress = saved;
      this.#trouble = undefined;
      batch.onDurable?.();
    }
  }

  async #accept(batch: ReadBatch): Promise<number> {
    const { name, source, world } = this.#options;
    // A copy for each attempt: the check may rearrange the bytes that it is given.
    const body = toBody(batch, name);
    const { format, key, origin } = batch;
    const about = { stream: source.stream, format, caller: name, origin, wantIds: false };
    const keyed = this.#keyed && key !== undefined;
    const named = keyed ? { idempotencyKey: key.text, firstPlace: key.first } : {};
    try {
      const { count } = await world.ingest.accept({
        ...about,
        ...named,
        body,
        requestId: world.newId(),
      });
      return count;
    } catch (thrown) {
      // A source may have nothing to bring and yet be further than before.
      if (thrown instanceof Fault && thrown.code === "BODY_EMPTY") {
        return 0;
      }
      if (thrown instanceof Fault && thrown.code === "IDEMPOTENCY_KEY_UNUSED") {
        this.#keyed = false;
        return await this.#accept(batch);
      }
      throw thrown;
    }
  }

  /** Tries until it succeeds, as long as waiting can help; undefined when stopped, or no more wanted, before it did. */
  async #patiently<T>(work: () => T | Promise<T>, unwanted?: AbortSignal): Promise<T | undefined> {
    const stopping = this.#stopping.signal;
    const signal = unwanted === undefined ? stopping : AbortSignal.any([stopping, unwanted]);
    for (;;) {
      try {
        const result = await work();
        this.#state = "running";
        return result;
      } catch (thrown) {
        if (!(thrown instanceof Fault && thrown.retry)) {
          throw thrown;
        }
        this.#state = "waiting";
        this.#note(thrown);
      }
      await this.#wait(DOOR_WAITS, signal);
      if (signal.aborted) {
        return undefined;
      }
    }
  }

  async #wait(waits: typeof DOOR_WAITS, signal: AbortSignal): Promise<void> {
    const { world } = this.#options;
    const ms = waitMs(this.#trouble?.attempts ?? 1, waits, world.random);
    await world.sleep(ms, signal);
  }

  /** Counts attempts since the last batch that got through. */
  #note(thrown: unknown): void {
    const { name, world } = this.#options;
    const fault = toFault(thrown, "SOURCE_FAILED", { source: name });
    const since = this.#trouble?.since ?? world.clock.now();
    const attempts = (this.#trouble?.attempts ?? 0) + 1;
    this.#trouble = { code: fault.code, message: fault.message, since, attempts };
  }
}

/** A copy of a batch's bytes. Throws SOURCE_BATCH_INVALID. */
function toBody({ body, checkpoint, format }: SourceBatch, source: string): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
  const problem = batchProblem(bytes, checkpoint, format);
  if (problem !== undefined) {
    throw new Fault("SOURCE_BATCH_INVALID", { source, cause: problem });
  }
  return bytes;
}

/** A source is the user's code, in JavaScript perhaps: its types prove nothing. */
function batchProblem(bytes: Buffer, checkpoint: unknown, format: unknown): string | undefined {
  if (bytes.length > LIMITS.bodyBytesMax) {
    return `its body has ${bytes.length} bytes, more than ${LIMITS.bodyBytesMax}`;
  }
  if (typeof checkpoint !== "string" || checkpoint.length > CHECKPOINT_CHARS_MAX) {
    return `its checkpoint is no text of at most ${CHECKPOINT_CHARS_MAX} characters`;
  }
  const known = format === "json" || format === "ndjson" || format === "csv";
  return known ? undefined : `its format is ${String(format)}, not json, ndjson or csv`;
}

async function closeQuietly(batches: AsyncIterator<SourceBatch>): Promise<void> {
  try {
    await batches.return?.();
  } catch {
    // Whatever the source did wrong at its end, what it brought is durable.
  }
}

/** What `work` gives, or undefined as soon as the signal aborts; its late failure then concerns nobody. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  work.catch(() => undefined);
  if (signal.aborted) {
    return undefined;
  }
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => resolve(undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
