/** Examples of cutting: lost quotes, records too long, files cut short, broken JSON. */

import { expect, test } from "vitest";
import { Fault } from "../../base/faults.ts";
import { SPLIT_LIMITS, type Batch, type Splitter } from "../batch.ts";
import { splitJson } from "./split-json.ts";
import { splitCsv, splitNdjson } from "./split-lines.ts";

const small = { ...SPLIT_LIMITS, batchBytes: 40, recordBytesMax: 100, quotedBytesMax: 60 };

function feed(splitter: Splitter, ...chunks: string[]): Batch[] {
  return [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk))), ...splitter.end()];
}

const bodies = (batches: readonly Batch[]): string[] => batches.map(({ body }) => body.toString());

test("a quote that never closes costs its own line only", () => {
  const rows = Array.from({ length: 30 }, (_, index) => `${index},x\n`).join("");
  const batches = feed(splitCsv(small), `a,b\n1,"broken\n${rows}`);
  expect(bodies(batches)[0]).toBe('a,b\n1,"broken\n');
  expect(batches[0]?.records).toBe(1);
  const others = bodies(batches.slice(1)).map((body) => body.slice("a,b\n".length));
  expect(others.join("")).toBe(rows);
});

test("the same at the end of the file, where there is no more to wait for", () => {
  const batches = feed(splitCsv(small), 'a,b\n1,x\n2,"broken\n3,y\n4,z');
  expect(bodies(batches)).toEqual(["a,b\n1,x\n", 'a,b\n2,"broken\n', "a,b\n3,y\n4,z\n"]);
});

test("a quoted last field without a line feed is whole", () => {
  expect(bodies(feed(splitCsv(small), 'a,b\n1,"two\nlines"'))).toEqual(['a,b\n1,"two\nlines"\n']);
});

test("a header alone holds no record", () => {
  const splitter = splitCsv(small);
  expect(feed(splitter, "a,b\r\n")).toEqual([]);
  expect(splitter.records).toBe(0);
});

test("what cannot be a header is refused", () => {
  const text = "x".repeat(SPLIT_LIMITS.headerBytesMax + 1);
  expect(() => feed(splitCsv(), `${text}\n1,2\n`)).toThrow(Fault);
});

test("a record that is too long is passed over and counted", () => {
  const long = "y".repeat(150);
  const splitter = splitNdjson(small);
  const batches = feed(splitter, `{"a":1}\n{"a":"${long}`, `${long}"}`, `\n{"a":2}\n`);
  expect(bodies(batches)).toEqual(['{"a":1}\n', '{"a":2}\n']);
  expect(splitter.tooLong).toEqual({ count: 1, first: 2 });
  expect(batches[1]?.first).toBe(3);
});

test("the same inside a JSON array", () => {
  const long = "y".repeat(150);
  const splitter = splitJson(small);
  const batches = feed(splitter, `[{"a":1},{"a":"${long}`, `${long}\\"`, `"},{"a":2}]`);
  expect(bodies(batches)).toEqual(['{"a":1}\n', '{"a":2}\n']);
  expect(splitter.tooLong).toEqual({ count: 1, first: 2 });
});

test("whole records can be had before the batch is full, and reading goes on", () => {
  const splitter = splitNdjson();
  expect(splitter.push(Buffer.from('{"a":1}\n{"a"'))).toEqual([]);
  expect(bodies(splitter.flush())).toEqual(['{"a":1}\n']);
  expect(splitter.push(Buffer.from(":2}\n"))).toEqual([]);
  expect(bodies(splitter.end())).toEqual(['{"a":2}\n']);
});

test("a JSON file that was cut short sends its broken end and says so", () => {
  const splitter = splitJson();
  expect(bodies(feed(splitter, '[{"a":1},{"a"'))).toEqual(['{"a":1}\n{"a"\n']);
  expect(splitter.note).toContain("cut short");
  const whole = splitJson();
  feed(whole, '[{"a":1}]');
  expect(whole.note).toBeUndefined();
});

test("a broken member of an array takes no neighbour with it", () => {
  const batches = feed(splitJson(), '[{"a":1},{"a":]},{"a":3},nonsense,"text",4]');
  const lines = bodies(batches).join("").trimEnd().split("\n");
  expect(lines).toContain('{"a":1}');
  expect(lines).toContain('{"a":3}');
  expect(lines).toContain("nonsense");
});

test("a raw line feed inside a JSON string goes alone, as it is", () => {
  const batches = feed(splitJson(), '[{"a":1},{"a":"x\ny"},{"a":3}]');
  expect(batches.map(({ type, first }) => [type, first])).toEqual([
    ["application/x-ndjson", 1],
    ["application/json", 2],
    ["application/x-ndjson", 3],
  ]);
  expect(bodies(batches)[1]).toBe('{"a":"x\ny"}');
});
