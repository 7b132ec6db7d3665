/** Clients that send again what was not answered, through deaths of the pipeline: every event is one row, not two. */

import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { RunningPipeline } from "../journey/running.ts";

const CLIENTS = 24;
const BATCH = 20;
/** Deaths go on until an event was kept and its answer lost, which is what this is about. */
const LIVES_MIN = 2;
const LIVES_MAX = 10;

const running = new RunningPipeline("test/journey/identity-pipeline");

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

/** One batch at a time, each sent until it is answered; half the clients name events, half their requests. */
class Client {
  readonly #number: number;
  sent = 0;
  /** Events that were kept already when they were sent again. */
  repeats = 0;

  constructor(number: number) {
    this.#number = number;
  }

  async sendUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#sendOne();
      this.sent += 1;
    }
  }

  get isNamed(): boolean {
    return this.#number % 2 === 0;
  }

  async #sendOne(): Promise<void> {
    for (;;) {
      try {
        this.repeats += await this.#post();
        return;
      } catch (thrown) {
        // Refused or cut off: nobody knows whether it was kept. Anything else is a test that fails.
        if (!(thrown instanceof TypeError && /fetch failed|terminated/.test(thrown.message))) {
          throw thrown;
        }
        await pause(20);
      }
    }
  }

  async #post(): Promise<number> {
    const name = `${this.#number}.${this.sent}`;
    const lines = Array.from({ length: BATCH }, (_none, line) =>
      JSON.stringify(this.isNamed ? { order: name, line } : { page: `/${name}/${line}` }),
    );
    const stream = this.isNamed ? "orders" : "visits";
    const answer = await fetch(`${running.url}/v1/streams/${stream}/events`, {
      method: "POST",
      body: lines.join("\n"),
      headers: {
        "content-type": "application/x-ndjson",
        ...(this.isNamed ? {} : { "idempotency-key": name }),
      },
    });
    const { accepted, duplicates } = (await answer.json()) as Record<string, number>;
    assert(answer.status === 202 && accepted === BATCH, `a batch got ${answer.status}`);
    return duplicates ?? 0;
  }
}

it("keeps each once, also those whose answer was lost", { timeout: 180_000 }, async () => {
  const clients = Array.from({ length: CLIENTS }, (_none, number) => new Client(number));
  const repeats = (): number => clients.reduce((sum, one) => sum + one.repeats, 0);
  await running.start();
  for (let life = 0; life < LIVES_MIN || (repeats() === 0 && life < LIVES_MAX); life += 1) {
    const over = new AbortController();
    const sending = Promise.all(clients.map((one) => one.sendUntil(over.signal)));
    await Promise.race([pause(300 + Math.random() * 500), sending]);
    over.abort();
    await running.kill();
    await running.start();
    await sending;
  }
  expect(repeats()).toBeGreaterThan(0);
  await running.drain();
  for (const [table, named] of [
    ["orders", true],
    ["visits", false],
  ] as const) {
    const sent = clients.filter((one) => one.isNamed === named).reduce((n, one) => n + one.sent, 0);
    const [found] = await running.rows(
      `select count(*) as rows, count(distinct _event_id) as ids from ${table}`,
    );
    expect(found).toEqual({ rows: sent * BATCH, ids: sent * BATCH });
  }
  const { code, out } = running.cli("verify", "--deep");
  expect(out).toContain("BALANCED");
  expect(code).toBe(0);
});
