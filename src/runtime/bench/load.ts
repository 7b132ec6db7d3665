/** A client that sends as fast as answers come, or at a pace; runs in a thread of its own, beside what it measures. */

import { Agent, request } from "node:http";
import { sleep } from "../sleep.ts";

export interface Body {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly events: number;
}

export interface LoadOrder {
  readonly url: string;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** Sent in turn. */
  readonly bodies: readonly Body[];
  /** Requests a second over all connections; 0 sends as fast as answers come. */
  readonly pace: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Answers of 429: the pipeline had as much as it takes. */
  readonly busy: number;
  readonly failed: number;
  /** What the first failed or rejecting answer said. */
  readonly first: string | undefined;
  readonly seconds: number;
  /** Milliseconds from a request to its whole answer; NaN where there was none. */
  readonly p50: number;
  readonly p99: number;
}

const REQUEST_MS = 60_000;
const BUSY_WAIT_MS = 50;
const SAID_CHARS = 500;

interface State {
  sent: number;
  requests: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  busy: number;
  failed: number;
  first: string | undefined;
  readonly times: number[];
}

export async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const counts = { requests: 0, accepted: 0, duplicates: 0, rejected: 0, busy: 0, failed: 0 };
  const state: State = { sent: 0, ...counts, first: undefined, times: [] };
  const began = performance.now();
  try {
    const lanes = Array.from({ length: order.connections }, () =>
      lane(order, { agent, state, began }),
    );
    await Promise.all(lanes);
  } finally {
    agent.destroy();
  }
  const { sent: _sent, times, ...told } = state;
  times.sort((a, b) => a - b);
  return {
    ...told,
    seconds: (performance.now() - began) / 1000,
    p50: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
  };
}

interface Run {
  readonly agent: Agent;
  readonly state: State;
  readonly began: number;
}

/** One connection: one request under way at a time. */
async function lane(order: LoadOrder, run: Run): Promise<void> {
  const { state, began } = run;
  const until = began + order.seconds * 1000;
  while (performance.now() < until) {
    const turn = state.sent++;
    const due = order.pace === 0 ? 0 : began + (turn * 1000) / order.pace;
    const early = Math.min(due, until) - performance.now();
    await (early > 0 ? sleep(early) : undefined);
    const body = order.bodies[turn % order.bodies.length];
    if (body === undefined || performance.now() >= until) {
      return;
    }
    const sentAt = performance.now();
    const { status, said } = await post(order, body, run.agent);
    state.requests += 1;
    note(state, { status, said, tookMs: performance.now() - sentAt });
    await (status === 429 ? sleep(BUSY_WAIT_MS) : undefined);
  }
}

interface Heard {
  readonly status: number;
  /** The beginning of the answer. */
  readonly said: string;
}

function note(state: State, { status, said, tookMs }: Heard & { readonly tookMs: number }): void {
  if (status === 429) {
    state.busy += 1;
    return;
  }
  const one = said.includes('"status":"accepted"') && !said.includes('"count"');
  state.accepted += one ? 1 : numberIn(said, "accepted");
  state.duplicates += said.includes('"duplicate":true') ? 1 : numberIn(said, "duplicates");
  state.rejected += numberIn(said, "rejected");
  const fine = status >= 200 && status < 300;
  state.failed += fine ? 0 : 1;
  if (fine) {
    state.times.push(tookMs);
  }
  if (!fine || numberIn(said, "rejected") > 0) {
    state.first ??= `${status === 0 ? "no answer" : status}: ${said.slice(0, SAID_CHARS)}`;
  }
}

/** Counts stand before the records in an answer, so that its beginning is enough. */
function numberIn(said: string, name: string): number {
  return Number(new RegExp(`"${name}":(\\d+)`).exec(said)?.[1] ?? 0);
}

async function post(order: LoadOrder, body: Body, agent: Agent): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  const lost = (thrown: Error): void => resolve({ status: 0, said: thrown.message });
  const headers = { "content-type": body.type, "content-length": body.bytes.length };
  const asked = request(
    new URL(order.path, order.url),
    { method: "POST", agent, headers, timeout: REQUEST_MS },
    (answer) => {
      let said = "";
      answer.on("data", (chunk: Buffer) => {
        said = said.length < SAID_CHARS ? said + chunk.toString("latin1") : said;
      });
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, said }));
      answer.once("error", lost);
    },
  );
  asked.once("timeout", () => asked.destroy(new RangeError("no answer in time")));
  asked.once("error", lost);
  asked.end(body.bytes);
  return await promise;
}
