/** `millrace send` against a pipeline that is busy, away, strict or wrong. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import {
  answerJson,
  openPipeline,
  recordingScreen,
  runCommand,
  scriptedWorld,
  type Asked,
  type Pipeline,
} from "../scripted-world.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-send-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `{"n":${index}}\n`).join("");
const rows = file("rows.ndjson", numbers(12_000));
const posts = ({ asked }: Pipeline): Asked[] => asked.filter(({ method }) => method === "POST");
const linesOf = ({ body }: Asked): string[] => body.toString().trimEnd().split("\n");

/** Takes everything, as the gateway answers with Prefer: return=minimal. */
function takeAll(asked: Asked, response: ServerResponse): void {
  const accepted = asked.method === "POST" ? linesOf(asked).length : 0;
  answerJson(response, 202, { count: accepted, accepted, rejected: 0, records: [] });
}

test("every record arrives once, in batches", async () => {
  await using pipeline = await openPipeline(takeAll);
  const { code, out, err } = await runCommand(["send", "prices", rows, "--url", pipeline.url]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(posts(pipeline).flatMap(linesOf).toSorted()).toEqual(
    numbers(12_000).trimEnd().split("\n").toSorted(),
  );
  expect(posts(pipeline)).toHaveLength(3);
  expect(posts(pipeline)[0]).toMatchObject({
    path: "/v1/streams/prices/events",
    headers: { prefer: "return=minimal", "content-type": "application/x-ndjson" },
  });
  expect(out).toContain("Sent rows.ndjson to prices: 12,000 records");
});

test("what the door knew already is told, for people and for programs", async () => {
  await using pipeline = await openPipeline((_asked, response) =>
    answerJson(response, 202, {
      count: 3,
      accepted: 3,
      duplicates: 2,
      rejected: 0,
      records: [],
    }),
  );
  const three = file("three.ndjson", numbers(3));
  const { out } = await runCommand(["send", "prices", three, "--url", pipeline.url]);
  expect(out).toMatch(/duplicates +2  of the accepted/);
  const json = await runCommand(["send", "prices", three, "--json", "--url", pipeline.url]);
  expect(JSON.parse(json.out)).toMatchObject({ accepted: 3, duplicates: 2 });
});

test("a send goes one batch at a time, in the file's order", async () => {
  let open = 0;
  let most = 0;
  await using pipeline = await openPipeline(async (asked, response) => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    takeAll(asked, response);
  });
  await runCommand(["send", "prices", rows, "--url", pipeline.url]);
  expect(most).toBe(1);
  expect(posts(pipeline).flatMap(linesOf).join("\n")).toBe(numbers(12_000).trimEnd());
});

test("what was set aside is told with its place in the file, and --strict makes it exit 1", async () => {
  const rejected = [
    {
      member: 1,
      dead_letter: "r.1",
      reasons: [{ code: "FIELD_TYPE", path: "/n", message: 'n must be a number, got "x"' }],
    },
  ];
  await using pipeline = await openPipeline((asked, response) =>
    asked.method === "GET"
      ? takeAll(asked, response)
      : answerJson(response, 207, { count: 3, accepted: 2, rejected: 1, records: rejected }),
  );
  const path = file("mixed.ndjson", '{"n":1}\n{"n":"x"}\n{"n":3}\n');
  const argv = ["send", "prices", path, "--url", pipeline.url];
  const { code, out } = await runCommand(argv);
  expect(code).toBe(0);
  expect(out).toContain('FIELD_TYPE /n  n must be a number, got "x" (mixed.ndjson, record 2)');
  expect(out).toContain("millrace dead ls --stream prices");
  expect((await runCommand([...argv, "--strict"])).code).toBe(1);
  const json = JSON.parse((await runCommand([...argv, "--json"])).out) as unknown;
  expect(json).toMatchObject({ accepted: 2, set_aside: 1, reasons: [{ record: 2, count: 1 }] });
});

test("a busy pipeline is asked again after the time it names", async () => {
  let refusals = 2;
  await using pipeline = await openPipeline((asked, response) => {
    if (asked.method === "POST" && refusals > 0) {
      refusals -= 1;
      response.setHeader("retry-after", "3");
      const error = { code: "GATEWAY_BUSY", message: "busy", remedy: "wait", retry: true };
      answerJson(response, 429, { error });
      return;
    }
    takeAll(asked, response);
  });
  const world = scriptedWorld();
  const path = file("few.ndjson", numbers(3));
  const { code } = await runCommand(["send", "prices", path, "--url", pipeline.url], world);
  expect(code).toBe(0);
  expect(posts(pipeline)).toHaveLength(3);
  expect(world.slept).toEqual([3125, 3125]);
});

test("a lost connection is made again, and after --retry-for it is given up", async () => {
  let losses = 1;
  await using pipeline = await openPipeline((asked, response) => {
    if (asked.method === "POST" && losses > 0) {
      losses -= 1;
      response.destroy();
      return;
    }
    takeAll(asked, response);
  });
  const path = file("few.ndjson", numbers(3));
  const argv = ["send", "prices", path, "--url", pipeline.url];
  expect((await runCommand(argv)).code).toBe(0);
  losses = Infinity;
  const world = scriptedWorld();
  const { code, err, out } = await runCommand([...argv, "--retry-for", "5"], world);
  expect(code).toBe(3);
  expect(err).toContain("No pipeline answers at");
  expect(out).toContain("Sent nothing to prices");
  expect(world.slept).toEqual([150, 300, 600, 1200, 2400]);
});

test("a stream that is not there is told before anything is sent", async () => {
  const remedy = "Its streams are: prices, people.";
  await using pipeline = await openPipeline((_, response) => {
    const message = "This pipeline has no stream named price.";
    answerJson(response, 404, { error: { code: "STREAM_UNKNOWN", message, remedy } });
  });
  const { code, err } = await runCommand(["send", "price", rows, "--url", pipeline.url]);
  expect(code).toBe(4);
  expect(err).toContain("no stream named price");
  expect(err).toContain(remedy);
  expect(posts(pipeline)).toHaveLength(0);
});

test("files that cannot be read are told, the others are sent", async () => {
  await using pipeline = await openPipeline(takeAll);
  const empty = file("empty.ndjson", "");
  const binary = file("blob.ndjson", Buffer.from([1, 0, 2]));
  const good = file("few.ndjson", numbers(3));
  const argv = ["send", "prices", empty, binary, folder, join(folder, "no.csv"), good];
  const { code, out, err } = await runCommand([...argv, "--url", pipeline.url]);
  expect(code).toBe(4);
  expect(out).toContain("empty.ndjson is empty: it holds no record.");
  expect(out).toContain("3 records");
  expect(err).toContain("it is binary, not text");
  expect(err).toContain("it is a folder");
  expect(err).toContain("there is no such file");
  expect(posts(pipeline)).toHaveLength(1);
});

test("of a packed file that was cut short, the whole records arrive", async () => {
  await using pipeline = await openPipeline(takeAll);
  const packed = gzipSync(numbers(12_000));
  const path = file("short.ndjson.gz", packed.subarray(0, packed.length - 20));
  const { code, err } = await runCommand(["send", "prices", path, "--url", pipeline.url]);
  expect(code).toBe(4);
  expect(err).toContain("cut short");
  const sent = posts(pipeline).flatMap(linesOf);
  expect(sent.length).toBeGreaterThan(5000);
  expect(sent.every((line) => /^\{"n":\d+\}$/.test(line))).toBe(true);
});

test("--gzip packs the bodies", async () => {
  await using pipeline = await openPipeline((_, response) =>
    answerJson(response, 202, { count: 3, accepted: 3, rejected: 0, records: [] }),
  );
  const path = file("few.csv", "a,b\n1,2\n3,4\n5,6\n");
  await runCommand(["send", "prices", path, "--gzip", "--url", pipeline.url]);
  const [post] = posts(pipeline);
  expect(post?.headers).toMatchObject({ "content-encoding": "gzip", "content-type": "text/csv" });
  expect(gunzipSync(post?.body ?? Buffer.alloc(0)).toString()).toBe("a,b\n1,2\n3,4\n5,6\n");
});

test("standard input is sent on while it stays open", async () => {
  const taken = Promise.withResolvers<void>();
  await using pipeline = await openPipeline((asked, response) => {
    takeAll(asked, response);
    if (asked.method === "POST") {
      taken.resolve();
    }
  });
  async function* stdin(): AsyncGenerator<Buffer> {
    yield Buffer.from('{"n":1}\n');
    await taken.promise;
  }
  const world = scriptedWorld({ stdin: stdin() });
  const { code, out } = await runCommand(["send", "prices", "-", "--url", pipeline.url], world);
  expect(code).toBe(0);
  expect(out).toContain("Sent standard input to prices: 1 record ");
});

test("a terminal shows the progress and takes it away again", async () => {
  await using pipeline = await openPipeline(takeAll);
  const stderr = recordingScreen(true);
  const world = scriptedWorld({ stderr });
  await runCommand(["send", "prices", rows, "--url", pipeline.url], world);
  expect(stderr.text).toContain("rows.ndjson  ");
  expect(stderr.text.endsWith("\r\u001b[2K")).toBe(true);
});

test("lines that the pipeline sees otherwise are told", async () => {
  const reasons = [{ code: "CSV_MALFORMED", path: "", message: "the first line names no field" }];
  await using pipeline = await openPipeline((_, response) =>
    answerJson(response, 422, { count: 1, accepted: 0, rejected: 1, records: [{ reasons }] }),
  );
  const path = file("other.csv", "x,y\n1,2\n3,4\n");
  const { code, out } = await runCommand(["send", "prices", path, "--url", pipeline.url]);
  expect(code).toBe(0);
  expect(out).toContain("CSV_MALFORMED  the first line names no field");
  expect(out).toContain("other.csv: 2 records were read and 1 answered");
});
