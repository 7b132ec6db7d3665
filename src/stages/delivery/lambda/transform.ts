/** Records through a Lambda handler: batched by size, repeated on failure, one outcome per record in order. */

import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { type Clock, systemClock } from "../../../base/clock.ts";
import type { LambdaPlan } from "../../../plan/plan.ts";
import { backoffMs } from "../retry.ts";
import {
  type EventFacts,
  eventBytes,
  type Failure,
  failure,
  judgeAnswer,
  type LambdaRecord,
  type Outcome,
  PAYLOAD_BYTES_MAX,
  toEventText,
} from "./contract.ts";
import { HandlerHost } from "./host.ts";

export interface TransformOptions {
  readonly lambda: LambdaPlan;
  readonly facts: Omit<EventFacts, "invocationId">;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly clock?: Clock;
}

/** What became of a record, and how often it was tried until when. */
export interface Transformed {
  readonly outcome: Outcome;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
}

export interface LambdaTransform extends AsyncDisposable {
  /** One result per record, in order; undefined when stopped. Throws LAMBDA_UNUSABLE: nothing was judged then. */
  run(
    records: readonly LambdaRecord[],
    signal: AbortSignal,
  ): Promise<readonly Transformed[] | undefined>;
}

/** Starts nothing before the first record. */
export function openLambdaTransform(options: TransformOptions): LambdaTransform {
  return new HostedTransform(options);
}

class HostedTransform implements LambdaTransform {
  readonly #options: TransformOptions;
  readonly #clock: Clock;
  readonly #host: HandlerHost;

  constructor(options: TransformOptions) {
    const { file, handler, timeout, memory } = options.lambda;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#host = new HandlerHost({
      file,
      handler,
      functionName: basename(file).replace(/\.[^.]*$/, ""),
      memoryBytes: memory,
      timeoutMs: timeout,
    });
  }

  async run(
    records: readonly LambdaRecord[],
    signal: AbortSignal,
  ): Promise<readonly Transformed[] | undefined> {
    const done: Transformed[] = [];
    for (const batch of batches(records, this.#options.lambda.buffer)) {
      const outcomes = await this.#runBatch(batch, signal);
      if (outcomes === undefined) {
        return undefined;
      }
      done.push(...outcomes);
    }
    return done;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]();
  }

  /** A function that fails is tried again; an answer, however malformed, is final. */
  async #runBatch(
    records: readonly LambdaRecord[],
    signal: AbortSignal,
  ): Promise<Transformed[] | undefined> {
    const { lambda, facts, sleep } = this.#options;
    const event = toEventText(records, { ...facts, invocationId: randomUUID() });
    if (Buffer.byteLength(event) > PAYLOAD_BYTES_MAX) {
      return this.#all(records, TOO_LARGE, 1);
    }
    for (let attempts = 1; ; attempts += 1) {
      const invocation = await this.#host.invoke(event, signal);
      if (signal.aborted) {
        return undefined;
      }
      if (invocation.kind === "answer") {
        const endedAt = this.#clock.now();
        const outcomes = judgeAnswer(records, JSON.parse(invocation.text));
        return outcomes.map((outcome) => ({ outcome, attempts, endedAt }));
      }
      if (attempts > lambda.retries) {
        return this.#all(records, failure(invocation.code, invocation.message), attempts);
      }
      await sleep(backoffMs(attempts), signal);
    }
  }

  #all(records: readonly LambdaRecord[], outcome: Failure, attempts: number): Transformed[] {
    const endedAt = this.#clock.now();
    return records.map(() => ({ outcome, attempts, endedAt }));
  }
}

const TOO_LARGE = failure(
  "Lambda.RequestTooLarge",
  `The record does not fit an invocation of ${PAYLOAD_BYTES_MAX} bytes.`,
);

/** Runs of records that fill the buffer, the one that does included as in a cut; fewer where an invocation takes no more. */
function* batches(records: readonly LambdaRecord[], bytesMax: number): Iterable<LambdaRecord[]> {
  let batch: LambdaRecord[] = [];
  let [bytes, payload] = [0, 0];
  for (const record of records) {
    const [more, longer] = [record.data.length, eventBytes(record)];
    const full = bytes >= bytesMax || payload + longer > PAYLOAD_BYTES_MAX - 4096;
    if (batch.length > 0 && full) {
      yield batch;
      batch = [];
      [bytes, payload] = [0, 0];
    }
    batch.push(record);
    [bytes, payload] = [bytes + more, payload + longer];
  }
  if (batch.length > 0) {
    yield batch;
  }
}
