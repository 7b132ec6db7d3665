/** Where is an event, and what passes by: `where` at every stop of the way, and `tail`. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pause, RunningPipeline } from "./running.ts";

const running = new RunningPipeline("test/journey/held-pipeline");
const SALES = "/v1/streams/sales/events";

beforeAll(async () => {
  await running.start();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

interface Step {
  readonly stage: string;
  readonly state: string;
  readonly says: string;
  readonly at?: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

interface Told {
  readonly steps: readonly Step[];
  readonly earlier: readonly { readonly steps: readonly Step[] }[];
}

const ALL = ["accepted done", "delivered done", "loaded done", "modelled done"];

function told(id: string): Told {
  return JSON.parse(running.cli("where", id, "--json").out) as Told;
}

function wayOf({ steps }: { readonly steps: readonly Step[] }): readonly string[] {
  return steps.map(({ stage, state }) => `${stage} ${state}`);
}

/** The steps of an event's way, as `stage state`, and all that is known of them. */
function where(id: string): { readonly way: readonly string[]; readonly steps: readonly Step[] } {
  const { code, out, err } = running.cli("where", id, "--json");
  expect(err).toBe("");
  expect(code).toBe(0);
  const { steps } = JSON.parse(out) as { steps: readonly Step[] };
  return { way: steps.map(({ stage, state }) => `${stage} ${state}`), steps };
}

describe("where", () => {
  it("sees events wait for their object", async () => {
    const sales = [
      { id: "a-1", shop: "corner", price: 3.5 },
      { id: "a-2", shop: "closed", price: 1 },
      { id: "a-3", shop: "broken", price: 1 },
    ];
    const { status } = await running.post(
      SALES,
      sales.map((one) => JSON.stringify(one)).join("\n"),
    );
    expect(status).toBe(202);
    for (const { id } of sales) {
      expect(where(id).way).toEqual(["accepted done", "delivered waiting"]);
    }
  });

  it("finds the row of a loaded event, and the model's", async () => {
    await running.drain();
    const { way, steps } = where("a-1");
    expect(way).toEqual(ALL);
    const [place, object, row, model] = steps.map(({ facts }) => facts);
    const [found] = await running.rows(
      "select _shard as shard, _sequence as sequence, _object as object, _line as line from sales",
    );
    expect({ ...place, object: object?.["object"], line: row?.["line"] }).toEqual(found);
    expect([object?.["cut"], row?.["load"]]).toEqual([1, 1]);
    expect(model).toEqual({ model: "latest", rows: 1, row: "shop corner, price 3.5" });
    const times = steps.map(({ at }) => at ?? "");
    expect(times.every((at) => /^\d{4}-\d\d-\d\dT.*Z$/.test(at))).toBe(true);
    expect(times).toEqual(times.toSorted());
    const text = running.cli("where", "a-1");
    expect(text.out).toContain("1 row(s) of latest come from it");
  });

  it("tells every record of an id, the newest last", async () => {
    await running.post(SALES, '{"id": "a-1", "shop": "corner", "price": 4}');
    const waiting = told("a-1");
    expect(waiting.earlier.map(wayOf)).toEqual([ALL]);
    expect(wayOf(waiting)).toEqual(["accepted done", "delivered waiting"]);
    await running.drain();
    const { earlier, ...newest } = told("a-1");
    expect([...earlier, newest].map(wayOf)).toEqual([ALL, ALL]);
    expect(earlier[0]?.steps.at(-1)?.says).toContain("a newer record of this id stands there");
    expect(newest.steps.at(-1)?.facts["row"]).toBe("shop corner, price 4");
    const text = running.cli("where", "a-1").out;
    expect(text).toContain("record 1 of 2");
    expect(text).toContain("record 2 of 2, the newest");
  });

  it("says of a dropped event that the transform dropped it", () => {
    const { way, steps } = where("a-2");
    expect(way).toEqual(["accepted done", "delivered done"]);
    expect(steps[1]?.says).toContain("dropped by the transform");
  });

  it("says of an event that the transform failed on what it failed on", () => {
    const { way, steps } = where("a-3");
    expect(way.at(-1)).toBe("set aside failed");
    expect(steps.at(-1)?.says).toContain("this shop is broken");
  });

  it("says of a record that was set aside at the door why, and waits for no model that never sees it", async () => {
    const { status, body } = await running.post(SALES, '{"id": "a-4", "shop": 7}');
    expect(status).toBe(422);
    const { records } = body as { records: readonly { dead_letter: string }[] };
    const letter = records[0]?.dead_letter ?? "";
    await running.drain();
    const { way, steps } = where(letter);
    expect(way.filter((step) => step.startsWith("modelled"))).toEqual([]);
    expect(way.at(-1)).toBe("set aside failed");
    expect(steps.at(-1)?.says).toContain("shop must be text, got 7");
    const shown = running.cli("dead", "show", letter);
    expect(shown.out).toContain("price is missing");
  });

  it("has no model's step for an event of a stream that no model reads", async () => {
    await running.post("/v1/streams/returns/events", '{"id": "r-1", "shop": "corner", "price": 2}');
    await running.drain();
    expect(where("r-1").way).toEqual(["accepted done", "delivered done", "loaded done"]);
  });

  it("knows nothing of an event that never was", () => {
    const { code, err } = running.cli("where", "a-99");
    expect(code).toBe(1);
    expect(err).toContain("a-99");
  });
});

describe("tail", () => {
  it("shows what is posted from then on, its digits as they came", async () => {
    const over = new AbortController();
    const tailing = running.cliAlongside("tail", "sales", "--number", "2", "--json");
    const tailed = tailing.finally(() => over.abort());
    // Nothing tells from outside that a tail has begun, so events go on until it has seen two.
    for (let turn = 1; !over.signal.aborted; turn += 1) {
      const sale = `{"id":"t-${turn}","shop":"caf\u00e9","price":2.50}`;
      expect((await running.post(SALES, sale)).status).toBe(202);
      await pause(50);
    }
    const { code, out } = await tailed;
    expect(code).toBe(0);
    const [first = "", second = "", ...more] = out.trimEnd().split("\n");
    expect(more).toEqual([]);
    const ids = [first, second].map((line) => (JSON.parse(line) as { id: string }).id);
    expect(Number(ids[1]?.slice(2))).toBe(Number(ids[0]?.slice(2)) + 1);
    expect(first).toContain(`"event":{"id":"${ids[0]}","shop":"caf\u00e9","price":2.50}`);
  });

  it("names the streams there are when asked for another", () => {
    const { code, err } = running.cli("tail", "nothing");
    expect(code).toBe(4);
    expect(err).toContain("sales");
  });

  it("leaves balanced books", async () => {
    await running.drain();
    expect(running.cli("verify").code).toBe(0);
  });
});
