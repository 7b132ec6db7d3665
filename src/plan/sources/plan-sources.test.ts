/** Sources are checked with the plan: what is wrong is told at once, with a remedy. */

import { expect, test } from "vitest";
import { z } from "zod";
import { fileSource } from "../../define/sources/files.ts";
import { httpSource } from "../../define/sources/http.ts";
import { kafkaSource } from "../../define/sources/kafka.ts";
import { replaySource } from "../../define/sources/replay.ts";
import type { AnySourceDefinition } from "../../define/source.ts";
import { judgePipeline } from "../plan-pipeline.ts";

const schema = z.object({ place: z.string(), price: z.number() });

function judge(source: unknown): ReturnType<typeof judgePipeline> {
  const sources = { s: source as AnySourceDefinition };
  return judgePipeline(
    { name: "shop", streams: { prices: { schema } }, sources },
    "/x/pipeline.ts",
  );
}

function planOf(source: AnySourceDefinition): unknown {
  const judged = judge(source);
  return judged.kind === "plan" ? judged.plan.sources["s"] : judged.problems;
}

const stream = "prices";

test("every setting is there", () => {
  expect(planOf(fileSource({ stream, from: ["in/*.csv", "s3://b/k/"] }))).toMatchObject({
    kind: "files",
    title: "Files of in/*.csv and 1 more",
    from: ["/x/in/*.csv", "s3://b/k/"],
    encoding: "auto",
    watch: "off",
    texts: ["place"],
  });
  const replay = replaySource({ stream, from: "in", time: "date", speed: 100, pauseMax: "5s" });
  expect(planOf(replay)).toMatchObject({ kind: "replay", speed: 100, pauseMax: 5000, quote: '"' });
  const http = httpSource({ stream, url: "https://h/d", query: { year: 2007 }, records: "a.b" });
  expect(planOf(http)).toMatchObject({ query: { year: "2007" }, records: ["a", "b"], every: 0 });
  const kafka = kafkaSource({ stream, from: "kafka://a:9092,b:9092/t,u", tls: { ca: "ca.pem" } });
  expect(planOf(kafka)).toMatchObject({
    brokers: ["a:9092", "b:9092"],
    topics: ["t", "u"],
    group: "millrace-shop-s",
    tls: { ca: "/x/ca.pem" },
    named: false,
  });
});

const URL_OK = "https://h/d";
const KAFKA_OK = "kafka://a:9092/t";

test.each<[string, unknown]>([
  ["sources.s.from", fileSource({ stream, from: [] })],
  ["sources.s.from", { kind: "files", stream, from: 7 }],
  ["sources.s.from", fileSource({ stream, from: "ftp://h/f.csv" })],
  ["sources.s.from", fileSource({ stream, from: "http://elsewhere.example/f.csv" })],
  ["sources.s.from", fileSource({ stream, from: "https://user:secret@h/f.csv" })],
  ["sources.s.delimiter", { kind: "files", stream, from: "f", delimiter: "::" }],
  ["sources.s.wacth", { kind: "files", stream, from: "f", wacth: "on" }],
  ["sources.s.stream", fileSource({ stream: "nobody", from: "f" })],
  ["sources.s.speed", replaySource({ stream, from: "f", time: "t", speed: 0 })],
  ["sources.s.time", { kind: "replay", stream, from: "f", speed: 1 }],
  ["sources.s.url", httpSource({ stream, url: "https://key:secret@h/d" })],
  ["sources.s.url", httpSource({ stream, url: "http://elsewhere.example/d" })],
  ["sources.s.paging.by", { kind: "http", stream, url: URL_OK, paging: { by: "luck" } }],
  [
    "sources.s.paging.at",
    { kind: "http", stream, url: URL_OK, paging: { by: "cursor", parameter: "c" } },
  ],
  ["sources.s.perSecond", httpSource({ stream, url: URL_OK, perSecond: 0 })],
  ["sources.s.from", kafkaSource({ stream, from: "kafka://a/t" })],
  ["sources.s.parts.kye", { kind: "kafka", stream, from: KAFKA_OK, parts: { kye: "k" } }],
  [
    "sources.s.sasl.mechanism",
    { kind: "kafka", stream, from: KAFKA_OK, sasl: { mechanism: "NONE" } },
  ],
  ["sources.s", { kind: "carrier-pigeon", stream }],
  ["sources.s", { stream, title: "no read" }],
])("%s is told", (path, source) => {
  const judged = judge(source);
  const problems = judged.kind === "problems" ? judged.problems : [];
  expect(problems.map((one) => one.path)).toContain(path);
  expect(JSON.stringify(problems)).not.toContain(":secret@");
});
