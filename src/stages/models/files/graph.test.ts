/** What a model's file may say, how models find each other, and what is wrong told with its line. */

import { describe, expect, it } from "vitest";
import { type Graph, toGraph } from "./graph.ts";
import { parseModel } from "./parse.ts";
import { planRun } from "../ranges.ts";
import { fillReferences, findReferences } from "./references.ts";

const tables = new Map([["raw", "raw_stream"]]);

function graphOf(
  texts: Readonly<Record<string, string>>,
  snippets: Readonly<Record<string, string>> = {},
): Graph {
  const files = Object.entries(texts).map(([name, text]) =>
    parseModel({ name, file: `${name}.sql`, text }),
  );
  return toGraph(files, { tables, snippets });
}

function factsOf(graph: Graph, name: string): unknown {
  const facts = graph.faults.get(name)?.facts;
  return [facts?.["line"], facts?.["cause"]];
}

describe("a model's file", () => {
  it("says what the model is, its key, its order and its rules", () => {
    const model = parseModel({
      name: "m",
      file: "m.sql",
      text: "-- Prices,\n-- cleaned.\n-- @key a, b\n-- @order revised\n-- @conserve 1 = 1\nselect *\nfrom {{ new raw }};\n",
    });
    expect(model).toMatchObject({
      title: "Prices, cleaned.",
      kind: "incremental",
      key: ["a", "b"],
      order: ["revised", "_accepted_at", "_shard", "_sequence", "_load", "_line"],
      conserve: [{ sql: "1 = 1", line: 5 }],
      select: "select *\nfrom {{ new raw }}",
      selectLine: 6,
    });
  });

  it.each([
    ["-- @keys a\nselect 1", 1, /@keys is unknown/],
    ["\n-- @kind pivot\nselect 1", 1, /@kind pivot/],
    ["-- @key a-b\nselect 1", 1, /@key names columns/],
    ["-- @kind view\n-- @key a\nselect 1", 1, /cannot be/],
    ["-- only words\n", 2, /no SELECT/],
    ["-- x\ndelete from raw", 2, /one SELECT/],
    ["-- @order a\nselect 1", 1, /@order is for/],
  ])("is refused: %j", (text, line, cause) => {
    const parse = (): unknown => parseModel({ name: "m", file: "m.sql", text });
    expect(parse).toThrow(cause);
    expect(parse).toThrow(
      expect.objectContaining({ code: "MODEL_INVALID", facts: expect.objectContaining({ line }) }),
    );
  });
});

describe("references", () => {
  it("are found with their lines, but not in texts and comments", () => {
    const text =
      "select '{{ a }}' -- {{ b }}\nfrom {{ new c }} /* {{ d }} */\njoin {{e}} {{ f g h }}";
    expect(findReferences(text, 10)).toEqual([
      { kind: "new", name: "c", line: 11 },
      { kind: "all", name: "e", line: 12 },
      { kind: "bad", text: "f g h", line: 12 },
    ]);
    expect(fillReferences("a {{ x }} '{{ y }}'", 1, () => "B")).toBe("a B '{{ y }}'");
  });
});

describe("the graph", () => {
  it("puts each model after all it reads", () => {
    const graph = graphOf({
      c: "select * from {{ b }} join {{ a }}",
      b: "-- @key k\nselect * from {{ new a }}",
      a: "-- @key k\nselect * from {{ new raw }}",
    });
    expect(graph.models.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(graph.faults.size).toBe(0);
  });

  it("changes the hash of a model when a model or snippet it reads changes, and of no other", () => {
    const texts = {
      a: "select * from {{ raw }} where {{ s }}",
      b: "select * from {{ a }}",
      c: "select * from {{ raw }}",
    };
    const hashes = (s: string): unknown[] => graphOf(texts, { s }).models.map(({ hash }) => hash);
    const [before, after] = [hashes("x > 1"), hashes("x > 2")];
    expect(before[0]).not.toBe(after[0]);
    expect(before[1]).not.toBe(after[1]);
    expect(before[2]).toBe(after[2]);
  });

  it.each([
    [{ m: "select 1\nfrom {{ raws }}" }, "m", 2, /no table, model or snippet raws/],
    [{ m: "select 1 from {{ new raw }}" }, "m", 1, /for models with @key/],
    [{ m: "-- @key k\nselect 1 from {{ raw }}" }, "m", 2, /at least one/],
    [
      { m: "-- @key k\nselect * from {{ new t }}", t: "select 1" },
      "m",
      2,
      /needs t to have a @key/,
    ],
    [{ m: "select * from {{ n }}", n: "select * from {{ m }}" }, "n", 1, /circle: m → n → m/],
    [{ raw: "select 1" }, "raw", 1, /is taken/],
    [{ m: "-- @conserve {{ other }}\nselect 1 from {{ raw }}" }, "m", 1, /@conserve may name/],
    [{ m: "select {{ out }}" }, "m", 1, /for @conserve only/],
  ])("refuses %j", (...given) => {
    const [texts, name, line, cause] = given;
    const graph = graphOf(texts);
    expect(factsOf(graph, name)).toEqual([line, expect.stringMatching(cause)]);
  });

  it("keeps independent models when one is wrong, and says so of those that read it", () => {
    const graph = graphOf({
      bad: "select {{ nope }}",
      child: "select * from {{ bad }}",
      good: "select * from {{ raw }}",
    });
    expect(graph.models.map(({ name }) => name)).toEqual(["good"]);
    expect(factsOf(graph, "child")).toEqual([1, "it reads bad, which is not right"]);
  });

  it("refuses snippets that name each other in a circle", () => {
    const graph = graphOf({ m: "select {{ x }}" }, { x: "{{ y }}", y: "{{ x }}" });
    expect(factsOf(graph, "m")).toEqual([1, "its snippets name each other in a circle"]);
  });
});

describe("whether a model is due", () => {
  const [model] = graphOf({ m: "-- @key k\nselect * from {{ new raw }} join {{ raw }}" }).models;
  const marks = (load: number, hash = model?.hash ?? "") => ({
    hash,
    run: 1,
    positions: new Map([
      ["new raw", load],
      ["all raw", load],
    ]),
  });
  const heads = new Map([
    ["new raw", 5],
    ["all raw", 5],
  ]);

  it("depends on new loads and on its text", () => {
    if (model === undefined) {
      throw new TypeError("The model is there.");
    }
    expect(planRun(model, undefined, heads)).toMatchObject({ rebuild: true });
    expect(planRun(model, marks(5, "other"), heads)).toMatchObject({ rebuild: true });
    expect(planRun(model, marks(5), heads)).toBeUndefined();
    expect(planRun(model, marks(3), heads)?.ranges.get("new raw")).toEqual({ from: 3, to: 5 });
    const lookedUp = new Map([
      ["new raw", 5],
      ["all raw", 9],
    ]);
    expect(planRun(model, marks(5), lookedUp)).toBeUndefined();
  });
});
