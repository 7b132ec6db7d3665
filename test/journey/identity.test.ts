/** Events sent again: by their own ids, by a request's key, in one batch, at the same time, and after kill -9. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunningPipeline } from "./running.ts";

const running = new RunningPipeline("test/journey/identity-pipeline");

beforeAll(async () => {
  await running.start();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

interface Receipt {
  readonly id: string;
  readonly status: string;
  readonly accepted_at: string;
  readonly shard: number;
  readonly sequence: number;
  readonly duplicate?: boolean;
  readonly dead_letter?: string;
}

interface Answer {
  readonly status: number;
  readonly body: Receipt & {
    readonly accepted: number;
    readonly duplicates: number;
    readonly records: readonly Receipt[];
    readonly error?: { readonly code: string; readonly remedy: string };
  };
}

async function post(stream: string, body: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${running.url}/v1/streams/${stream}/events`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
    signal: AbortSignal.timeout(30_000),
  });
  return { status: answer.status, body: await answer.json() } as Answer;
}

const key = (text: string): Record<string, string> => ({ "idempotency-key": text });

async function kept(stream: string): Promise<number> {
  const { streams } = await running.status();
  return streams.find(({ name }) => name === stream)?.stream.records ?? 0;
}

const order = (line: number, amount: number): string =>
  JSON.stringify({ order: "o-1", line, amount });

describe("an id of the definition", () => {
  let first: Receipt;

  it("is answered with the first receipt when it comes again, and not kept again", async () => {
    const { status, body } = await post("orders", order(1, 2.5));
    expect(status).toBe(202);
    expect(body).toMatchObject({ id: "o-1|1", status: "accepted", sequence: 1 });
    first = body;
    const again = await post("orders", order(1, 2.5));
    expect(again).toEqual({ status: 202, body: { ...first, duplicate: true } });
    expect(await kept("orders")).toBe(1);
  });

  it("with other bytes is a revision, which is kept; the newest word counts in the models", async () => {
    const { body } = await post("orders", order(1, 9));
    expect(body).toMatchObject({ id: "o-1|1", sequence: 2 });
    expect(body.duplicate).toBeUndefined();
    // Back to what it was: a revision like any other, no repeat of the first.
    expect((await post("orders", order(1, 2.5))).body).toMatchObject({ sequence: 3 });
    // Unlike the one before: a model keeps the first of equal rows, whichever load brings the other.
    await post("orders", order(1, 12));
    await running.drain();
    const sql = "select count(*) from orders";
    expect(running.ask(sql)).toBe("4");
    expect(running.ask("select amount from order_lines where order_line = 'o-1|1'")).toBe("12");
  });

  it("is known within one batch, beside what is new and what is wrong", async () => {
    const lines = [order(2, 1), order(2, 1), order(1, 12), '{"order":7}', order(3, 1)];
    const { status, body } = await post("orders", `[${lines.join(",")}]`);
    expect(status).toBe(207);
    expect(body).toMatchObject({ count: 5, accepted: 4, duplicates: 2, rejected: 1 });
    const marks = body.records.map(({ id, duplicate, dead_letter }) =>
      (id ?? dead_letter !== "") ? [id, duplicate] : [],
    );
    expect(marks).toEqual([
      ["o-1|2", undefined],
      ["o-1|2", true],
      ["o-1|1", true],
      [undefined, undefined],
      ["o-1|3", undefined],
    ]);
    const csv = "order,line,amount\no-1,2,1\no-1,4,1\n";
    const sheet = await post("orders", csv, { "content-type": "text/csv" });
    expect(sheet.body).toMatchObject({ count: 2, accepted: 2, duplicates: 1 });
  });

  it("is known when it comes many times at once", async () => {
    const before = await kept("orders");
    const all = await Promise.all(Array.from({ length: 40 }, () => post("orders", order(50, 1))));
    expect(await kept("orders")).toBe(before + 1);
    expect(all.map(({ body }) => body.sequence)).toEqual(all.map(() => all[0]?.body.sequence));
    expect(all.filter(({ body }) => body.duplicate === true)).toHaveLength(39);
  });

  it("of a function is known too", async () => {
    const note = '{"about":"a","text":"x"}';
    await post("notes", note);
    expect((await post("notes", note)).body).toMatchObject({ id: "A", duplicate: true });
    const other = await post("notes", '{"about":"A","text":"x"}');
    expect(other.body).toMatchObject({ id: "A", sequence: 2 });
    expect(other.body.duplicate).toBeUndefined();
  });

  it("is the letter's when it is redriven, and no repeat then", async () => {
    const cursed = '{"order":"cursed","line":1}';
    await post("orders", cursed);
    await running.drain();
    const before = await kept("orders");
    const redriven = running.cli(
      "dead",
      "redrive",
      "--stream",
      "orders",
      "--cause",
      "TRANSFORM_FAILED",
      "--yes",
    );
    expect(redriven.err).toBe("");
    expect(redriven.code).toBe(0);
    expect(await kept("orders")).toBe(before + 1);
    expect((await post("orders", cursed)).body.duplicate).toBe(true);
  });
});

describe("an Idempotency-Key", () => {
  const PAGES = '[{"page":"/a"},{"page":"/a"},{"page":"/b"}]';

  it("with the place in the request is the id of an event that has none", async () => {
    const { body } = await post("visits", PAGES, key("k-1"));
    expect(body.records.map(({ id }) => id)).toEqual(["k-1:0", "k-1:1", "k-1:2"]);
    const quoted = await post("visits", PAGES, key('"k-1"'));
    expect(quoted.body).toMatchObject({ accepted: 3, duplicates: 3 });
    expect(quoted.body.records.map(({ id }) => id)).toEqual(["k-1:0", "k-1:1", "k-1:2"]);
    expect(await kept("visits")).toBe(3);
    await running.drain();
    const ids = await running.rows("select _event_id as id from visits order by 1");
    expect(ids.map(({ id }) => id)).toEqual(["k-1:0", "k-1:1", "k-1:2"]);
  });

  it("with other records is refused, and nothing of the request is kept", async () => {
    const before = [await kept("visits"), await kept("dead_letters")];
    const body = '[{"page":"/new"},{"page":7},{"page":"/c"}]';
    const refused = await post("visits", body, key("k-1"));
    expect(refused.status).toBe(422);
    expect(refused.body.error?.code).toBe("IDEMPOTENCY_KEY_REUSED");
    expect([await kept("visits"), await kept("dead_letters")]).toEqual(before);
    // What was refused is not known from then on.
    const fresh = await post("visits", '{"page":"/new"}', key("k-2"));
    expect(fresh.body).toMatchObject({ id: "k-2:0" });
    expect(fresh.body.duplicate).toBeUndefined();
  });

  it("names records by their places, the rejected among them", async () => {
    const body = '[{"page":7},{"page":"/c"}]';
    const first = await post("visits", body, key("k-3"));
    expect(first.body.records[1]?.id).toBe("k-3:1");
    const again = await post("visits", body, key("k-3"));
    expect(again.body).toMatchObject({ accepted: 1, duplicates: 1, rejected: 1 });
  });

  it("that comes many times at once is kept once", async () => {
    const before = await kept("visits");
    const all = await Promise.all(
      Array.from({ length: 30 }, () => post("visits", PAGES, key("k-4"))),
    );
    expect(await kept("visits")).toBe(before + 3);
    expect(all.every(({ status }) => status === 202)).toBe(true);
    expect(all.reduce((sum, { body }) => sum + body.duplicates, 0)).toBe(87);
  });

  it("that is none, or that nobody would know again, is refused", async () => {
    for (const wrong of ["a b", "x".repeat(201), '""']) {
      const { status, body } = await post("visits", PAGES, key(wrong));
      expect([status, body.error?.code]).toEqual([400, "IDEMPOTENCY_KEY_INVALID"]);
    }
    const { status, body } = await post("hints", '{"text":"x"}', key("k"));
    expect([status, body.error?.code]).toEqual([400, "IDEMPOTENCY_KEY_UNUSED"]);
    expect(body.error?.remedy).toContain("dedupe");
    expect(await kept("hints")).toBe(0);
  });

  it("is of no use where the definition names the id", async () => {
    const { body } = await post("orders", order(60, 1), key("k-9"));
    expect(body.id).toBe("o-1|60");
  });
});

describe("where", () => {
  interface Told {
    readonly steps: readonly { readonly stage: string; readonly facts: Record<string, unknown> }[];
    readonly earlier: readonly unknown[];
  }

  async function where(id: string): Promise<Told> {
    const answer = await fetch(`${running.url}/v1/events/${encodeURIComponent(id)}`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Told;
  }

  it("finds an event by the id that its key gave it, and knows no repeat as a record", async () => {
    await running.drain();
    const { steps, earlier } = await where("k-1:1");
    expect(steps.map(({ stage }) => stage)).toEqual(["accepted", "delivered", "loaded"]);
    expect(steps[0]?.facts).toEqual({ shard: 0, sequence: 2 });
    expect(earlier).toEqual([]);
  });

  it("finds every revision of an event", async () => {
    const { steps, earlier } = await where("o-1|1");
    expect(earlier).toHaveLength(3);
    expect(steps.at(-1)?.facts).toMatchObject({ model: "order_lines", rows: 1 });
  });

  it("finds an event that the transform failed on, each time", async () => {
    const { steps, earlier } = await where("cursed|1");
    const stages = steps.map(({ stage }) => stage);
    expect(stages).toEqual(["accepted", "delivered", "set aside", "set aside"]);
    expect(steps[1]?.facts["object"]).toContain("errors/orders/");
    // The door knows the newest record; the one before it is no row, and told by its letter alone.
    expect(earlier).toEqual([]);
  });
});

describe("all of it", () => {
  it("is counted", async () => {
    const { gateway, streams } = await running.status();
    const dedupe = Object.fromEntries(streams.map((one) => [one.name, one.dedupe.duplicates]));
    expect(dedupe).toMatchObject({ orders: 44, visits: 91, notes: 1, hints: 0 });
    expect(gateway.duplicates).toBe(136);
    const records = streams.slice(0, 4).reduce((sum, { stream }) => sum + stream.records, 0);
    // A redriven event comes in past the gateway.
    expect(gateway.accepted - gateway.duplicates).toBe(records - 1);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toContain("millrace_gateway_duplicates_total 136");
    expect(metrics).toContain('millrace_stream_duplicates_total{stream="visits"} 91');
    expect(running.cli("status").out).toContain("136 duplicates among them");
  });

  it("outlives kill -9", async () => {
    const before = [await kept("orders"), await kept("visits"), await kept("notes")];
    const receipt = (await post("orders", order(1, 12))).body;
    await running.kill();
    await running.start();
    expect((await post("orders", order(1, 12))).body).toEqual(receipt);
    expect((await post("notes", '{"about":"A","text":"x"}')).body.duplicate).toBe(true);
    const keyed = await post("visits", '{"page":"/new"}', key("k-2"));
    expect(keyed.body.duplicate).toBe(true);
    const reused = await post("visits", '{"page":"/other"}', key("k-2"));
    expect(reused.status).toBe(422);
    expect([await kept("orders"), await kept("visits"), await kept("notes")]).toEqual(before);
  });

  it("leaves balanced books", async () => {
    await running.drain();
    const { out, code } = running.cli("verify", "--deep");
    expect(out).toContain("BALANCED");
    expect(code).toBe(0);
  });
});
