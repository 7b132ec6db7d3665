/** The people example whole: events to rows, the newest per id with history, and a document for each that was refused. */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunningPipeline } from "../journey/running.ts";

const running = new RunningPipeline("examples/people");
const EVENTS = "/v1/streams/people/events";

beforeAll(async () => {
  await running.start();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

function send(event: unknown): Promise<{ status: number; body: unknown }> {
  const body = typeof event === "string" ? event : JSON.stringify(event);
  return running.post(EVENTS, body, "application/json");
}

function objects(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: join(running.data, "lake") }).toSorted((a, b) =>
    a < b ? -1 : 1,
  );
}

test("the newest word on a person is one row, and every word is kept", async () => {
  expect((await send({ Id: "1", Name: "John", Age: "10", Sex: "Male" })).status).toBe(202);
  expect((await send({ Id: "2", Name: null, Age: 20 })).status).toBe(202);
  await running.drain();
  expect((await send({ Id: "1", Name: "John", Age: "11", Sex: "Male" })).status).toBe(202);
  await running.drain();
  const rows = await running.rows("select id, name, age, sex from people order by id");
  expect(rows).toEqual([
    { id: "1", name: "John", age: 11, sex: "Male" },
    { id: "2", name: null, age: 20, sex: null },
  ]);
  const history = await running.rows(
    "select age from people_history where id = '1' order by said_at",
  );
  expect(history).toEqual([{ age: 10 }, { age: 11 }]);
  const raw = await running.rows("select typeof(data) as type from raw_people limit 1");
  expect(raw).toEqual([{ type: "JSON" }]);
  const lines = objects("data/????/??/??/??/*.ndjson").flatMap((name) =>
    readFileSync(join(running.data, "lake", name), "utf8")
      .trimEnd()
      .split("\n"),
  );
  expect(lines.map((line) => (JSON.parse(line) as { data: object }).data)).toContainEqual({
    Id: "1",
    Name: "John",
    Age: "11",
    Sex: "Male",
  });
});

test("each refused event is a document of its own, with all that is known of it", async () => {
  const bad = [
    { Id: "", Name: "John", Age: "10", Sex: "Male" },
    '{"Id":',
    { Name: "Ann", Town: "Ur" },
  ];
  for (const event of bad) {
    expect((await send(event)).status).toBe(422);
  }
  await running.drain();
  const found = objects("error/????/??/??/??/*.json");
  expect(found).toHaveLength(bad.length);
  const documents = found.map((name) => {
    const text = readFileSync(join(running.data, "lake", name), "utf8");
    return JSON.parse(text) as Record<string, unknown>;
  });
  expect(new Set(documents.map((one) => one["raw_text"]))).toEqual(
    new Set(bad.map((one) => (typeof one === "string" ? one : JSON.stringify(one)))),
  );
  for (const one of documents) {
    expect(one).toMatchObject({ stream: "people", caller: expect.stringMatching(/./) as string });
    expect(one["reasons"]).toEqual(
      expect.arrayContaining([expect.objectContaining({ message: expect.any(String) as string })]),
    );
    expect(Date.parse(String(one["received_at"]))).toBeGreaterThan(0);
    expect(one["request_id"]).toMatch(/.{8}/);
  }
  expect(running.cli("verify").out).toContain("BALANCED");
});
