/** Sends one batch until it is answered: waits and repeats while the pipeline is busy or away. */

import type { Agent } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Fault } from "../../base/faults.ts";
import { askJson, unexpected, type Answered } from "../reach/ask.ts";
import { Refusal } from "../reach/refusal.ts";
import type { World } from "../world.ts";
import { toBatchAnswer, type BatchAnswer } from "./answer.ts";
import type { Batch } from "../../files/batch.ts";
import { toRetryAfterMs, waitMs } from "./retry.ts";

export interface Route {
  readonly base: string;
  readonly stream: string;
  readonly agent: Agent;
  readonly gzip: boolean;
  /** How long one batch may be refused before the sender gives up. */
  readonly retryForMs: number;
  /** Aborted when another batch has failed for good or the sender is stopped: no more repetitions then. */
  readonly giveUp: AbortSignal;
  /** Told before each wait. */
  readonly onWait: (why: string) => void;
}

type PostWorld = Pick<World, "clock" | "random" | "sleep">;

const packed = promisify(gzip);
/** Statuses that say nothing against the batch itself. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/**
 * At least once: when the connection is lost before the answer, the batch may be stored already and is sent again.
 * Throws Refusal, NOT_RUNNING, ANSWER_UNEXPECTED.
 */
export async function postBatch(
  batch: Batch,
  route: Route,
  world: PostWorld,
): Promise<BatchAnswer> {
  const body = route.gzip ? await packed(batch.body, { level: 1 }) : batch.body;
  let failedAt: number | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await postOnce({ ...batch, body }, route, world);
    if (outcome.kind === "answered") {
      return outcome.answer;
    }
    failedAt ??= world.clock.now();
    const { retryAfterMs } = outcome;
    const wait = waitMs({ attempt, retryAfterMs, chance: world.random() });
    const spent = world.clock.now() - failedAt;
    if (route.giveUp.aborted || spent + wait > route.retryForMs) {
      throw outcome.fault;
    }
    route.onWait(outcome.why);
    await world.sleep(wait, route.giveUp);
  }
}

type Outcome =
  | { readonly kind: "answered"; readonly answer: BatchAnswer }
  | {
      readonly kind: "again";
      readonly fault: Fault | Refusal;
      readonly why: string;
      readonly retryAfterMs: number | undefined;
    };

async function postOnce(batch: Batch, route: Route, world: PostWorld): Promise<Outcome> {
  const path = `/v1/streams/${encodeURIComponent(route.stream)}/events`;
  const headers: Record<string, string> = { "content-type": batch.type, prefer: "return=minimal" };
  if (route.gzip) {
    headers["content-encoding"] = "gzip";
  }
  const { agent, base } = route;
  try {
    const question = { method: "POST", path, headers, agent, body: batch.body } as const;
    const answered = await askJson(base, question, RECORD_REJECTED);
    return toOutcome(answered, { batch, place: `${base}${path}`, nowMs: world.clock.now() });
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.retry) {
      const why = thrown.code === "NOT_RUNNING" ? "the pipeline is away" : "no answer came";
      return { kind: "again", fault: thrown, why, retryAfterMs: undefined };
    }
    throw thrown;
  }
}

/** An answer of 422 may carry an error and still be the answer: the one record was set aside. */
const RECORD_REJECTED = { refuse: false } as const;

function toOutcome(
  answered: Answered,
  at: { readonly batch: Batch; readonly place: string; readonly nowMs: number },
): Outcome {
  const { status, body, headers, said } = answered;
  const answer = status < 400 || status === 422 ? toBatchAnswer(body, at.batch) : undefined;
  if (answer !== undefined) {
    return { kind: "answered", answer };
  }
  if (said?.code === "BODY_EMPTY") {
    return { kind: "answered", answer: { accepted: 0, duplicates: 0, rejected: 0, setAside: [] } };
  }
  const fault =
    said === undefined
      ? unexpected(at.place, status, "an answer that is not Millrace's")
      : new Refusal(said, `POST ${at.place}`);
  if (!PASSING.has(status) || (said !== undefined && !said.retry && status === 500)) {
    throw fault;
  }
  const retryAfterMs = toRetryAfterMs(headers["retry-after"], at.nowMs);
  return { kind: "again", fault, why: `the pipeline is busy (${status})`, retryAfterMs };
}
