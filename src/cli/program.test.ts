/** Command lines as a whole: what they print, and how they end. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Fault } from "../base/faults.ts";
import type { Doors } from "./doors.ts";
import {
  closedDoors,
  answerJson,
  openPipeline,
  recordingScreen,
  runCommand,
  scriptedWorld,
} from "./scripted-world.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

const refused = (code: string, message: string): unknown => ({
  error: { code, message, remedy: "Look there.", retry: false },
});

test.each([
  [["--nonsense"], "Unknown option '--nonsense'"],
  [["snd"], "Did you mean send?"],
  [["dead", "show"], "See `millrace dead show --help`."],
  [["send"], "Missing required argument 'stream'"],
  [["drain", "--timeout", "soon"], "It must be a plain number from 0 to 3600."],
  [["query", "select 1", "--csv", "--json"], "cannot both be meant"],
  [["query", " "], "The query is empty."],
  [["status", "--url", "ftp://x"], "ftp://x is not an address"],
])("%j is wrong usage", async (argv, says) => {
  const { code, out, err } = await runCommand(argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(says);
  expect(err).not.toContain("    at ");
});

test("--version and --help are answers, no command at all is not", async () => {
  expect((await runCommand(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  const help = await runCommand(["--help"]);
  expect(help.code).toBe(0);
  expect(help.out).toContain("Exit codes");
  const none = await runCommand([]);
  expect({ code: none.code, out: none.out }).toEqual({ code: 2, out: "" });
  expect(none.err).toContain("Make and run:");
});

test("help fits a terminal, and says each default as it would be typed", async () => {
  for (const argv of [["--help"], ["start", "--help"], ["dead", "--help"]]) {
    const { out } = await runCommand(argv);
    expect(out).not.toMatch(/\(default: ["[]/);
    const [usage = "", ...lines] = out.split("\n\n");
    expect(usage).toMatch(/^Usage: millrace/);
    expect(lines.join("\n")).not.toContain("[options]");
  }
});

test("nothing runs: exit 3, said once for people and once for programs", async () => {
  const argv = ["status", "--data", join(folder, "none")];
  const people = await runCommand(argv);
  expect(people.code).toBe(3);
  expect(people.err).toContain("No pipeline answers at the data folder");
  expect(people.err).toContain("next   Start one with `millrace start`");
  const programs = await runCommand([...argv, "--json"]);
  expect(programs.code).toBe(3);
  expect(JSON.parse(programs.err)).toMatchObject({ error: { code: "NOT_RUNNING", retry: true } });
});

test("a data folder leads to its running pipeline, and not to one that was killed", async () => {
  await using pipeline = await openPipeline((_, response) =>
    answerJson(response, 200, { id: "x" }),
  );
  const data = join(folder, "data");
  mkdirSync(data);
  const endpoint = join(data, "endpoint.json");
  writeFileSync(endpoint, JSON.stringify({ url: pipeline.url, pid: process.pid }));
  expect((await runCommand(["dead", "show", "x", "--data", data])).code).toBe(0);
  // Process ids end far below this one, so nobody has it.
  writeFileSync(endpoint, JSON.stringify({ url: pipeline.url, pid: 2 ** 30 }));
  expect((await runCommand(["dead", "show", "x", "--data", data])).code).toBe(3);
  expect(pipeline.asked).toHaveLength(1);
});

test("what answers but is no Millrace is told as such", async () => {
  await using other = await openPipeline((_, response) => void response.end("<html>hello"));
  const { code, err } = await runCommand(["status", "--url", other.url]);
  expect(code).toBe(4);
  expect(err).toContain("an answer that is not Millrace's: <html>hello");
});

test("drain: done, not in time, and refused", async () => {
  let status = 200;
  let body: unknown = { drained: true, tookMs: 3, stuck: [] };
  await using pipeline = await openPipeline((_, response) => answerJson(response, status, body));
  const argv = ["drain", "--timeout", "2", "--url", pipeline.url];
  const done = await runCommand(argv);
  expect(done.code).toBe(0);
  expect(done.out).toContain("Drained in");
  expect(pipeline.asked[0]?.body.toString()).toBe('{"timeout_ms":2000}');
  [status, body] = [504, { drained: false, tookMs: 2000, stuck: ["prices: 12 on their way"] }];
  const late = await runCommand(argv);
  expect(late.code).toBe(1);
  expect(late.err).toContain("Not everything arrived within 2 s: prices: 12 on their way");
  expect((await runCommand([...argv, "--json"])).code).toBe(1);
  [status, body] = [503, refused("GATEWAY_STOPPING", "Millrace is stopping.")];
  const stopping = await runCommand(argv);
  expect(stopping.code).toBe(4);
  expect(stopping.err).toContain("next   Look there.");
});

test("query: a table that lines up, keeps digits and tells null", async () => {
  const rows =
    '{"item":"rice","n":9007199254740993,"x":null}\n{"item":"漢\\u001b[31m","n":2,"x":1.5}\n';
  await using pipeline = await openPipeline((_, response) => void response.end(rows));
  const { code, out } = await runCommand(["query", "select", "--url", pipeline.url]);
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual([
    "item                       n     x",
    "──────────  ────────────────  ────",
    "rice        9007199254740993  null",
    "漢\\x1b[31m                 2   1.5",
    "",
  ]);
});

test("query: CSV as it comes, an error with its remedy, a reader that goes away", async () => {
  let fail = false;
  await using pipeline = await openPipeline((_, response) => {
    if (fail) {
      answerJson(response, 400, refused("QUERY_FAILED", "The warehouse refuses the query: no"));
      return;
    }
    response.end("count_star()\n21000\n");
  });
  const argv = ["query", "select", "--url", pipeline.url, "--csv"];
  expect(await runCommand(argv)).toMatchObject({ code: 0, out: "count_star()\n21000\n" });
  expect(JSON.parse(String(pipeline.asked[0]?.body))).toEqual({ sql: "select", format: "csv" });
  const closed = scriptedWorld({ stdout: recordingScreen(false, 0) });
  expect(await runCommand(argv, closed)).toMatchObject({ code: 0, err: "" });
  fail = true;
  const { code, err } = await runCommand(argv);
  expect(code).toBe(4);
  expect(err).toContain("refuses the query");
  expect(err).toContain(`where  POST ${pipeline.url}/v1/query`);
});

const balanced = {
  state: "BALANCED",
  at: 1,
  tookMs: 12,
  findings: [
    {
      state: "BALANCED",
      account: "prices: log ↔ lake",
      says: "ok",
      expected: 9,
      found: 9,
      ids: [],
    },
  ],
};

test("verify: exit 0 only on BALANCED, and the state stands alone at the end", async () => {
  let books: unknown = balanced;
  await using pipeline = await openPipeline((_, response) => answerJson(response, 200, books));
  const good = await runCommand(["verify", "--deep", "--url", pipeline.url]);
  expect(good.code).toBe(0);
  expect(good.out).toMatch(/\nBALANCED {2}closed in 12 ms\n$/);
  expect(String(pipeline.asked[0]?.body)).toBe('{"deep":true}');
  const short = { ...balanced.findings[0], state: "SHORT", found: 8, ids: ["prices.0.4"] };
  books = { ...balanced, state: "SHORT", findings: [short] };
  const bad = await runCommand(["verify", "--url", pipeline.url]);
  expect(bad.code).toBe(1);
  expect(bad.out).toContain("prices: log ↔ lake: prices.0.4");
});

async function* oneRow(): AsyncGenerator<string> {
  yield '{"n":1}\n';
}

test("query and verify open the files when nothing runs", async () => {
  const data = join(folder, "offline");
  mkdirSync(data);
  const asked: unknown[] = [];
  const offline = {
    queryOffline: (...given: unknown[]) => {
      asked.push(given);
      return oneRow();
    },
    verifyOffline: (...given: unknown[]) => {
      asked.push(given);
      return Promise.resolve(balanced);
    },
  };
  const doors = { offline: () => Promise.resolve(offline) } as unknown as Doors;
  const query = await runCommand(
    ["query", "q", "--ndjson", "--data", data],
    scriptedWorld(),
    doors,
  );
  expect(query).toMatchObject({ code: 0, out: '{"n":1}\n' });
  const verify = await runCommand(["verify", "--data", data], scriptedWorld(), doors);
  expect(verify.code).toBe(0);
  expect(asked).toEqual([
    [data, "q", "ndjson"],
    [data, { pipeline: undefined, deep: false }],
  ]);
});

test("where: a path of steps, and exit 1 for an event nobody knows", async () => {
  let known = true;
  const steps = [
    { stage: "accepted", state: "done", says: "in shard 0", at: "2026-11-21T10:00:00.000Z" },
    { stage: "loaded", state: "waiting", says: "waiting to be loaded", facts: {} },
  ];
  await using pipeline = await openPipeline((_, response) =>
    known
      ? answerJson(response, 200, { id: "a/b", stream: "prices", steps })
      : answerJson(response, 404, refused("EVENT_UNKNOWN", "No event a/b was accepted.")),
  );
  const { code, out } = await runCommand(["where", "a/b", "--url", pipeline.url]);
  expect(code).toBe(0);
  expect(pipeline.asked[0]?.path).toBe("/v1/events/a%2Fb");
  expect(out.split("\n").slice(0, 4)).toEqual([
    "a/b  in stream prices",
    "  ● accepted  in shard 0",
    "  │           2026-11-21T10:00:00.000Z",
    "  ○ loaded    waiting to be loaded",
  ]);
  known = false;
  expect((await runCommand(["where", "a/b", "--url", pipeline.url])).code).toBe(1);
});

test("tail: as many events as asked for, cut to the terminal, digits kept", async () => {
  const head = '"id":"prices.0.1","shard":0,"sequence":1,"accepted_at":"2026-11-21T10:00:00.120Z"';
  await using pipeline = await openPipeline((_, response) => {
    response.write(": hello\n\nevent: record\nda");
    response.write(`ta: {${head},"event":{"n":9007199254740993,"t":"\\u001b"}}\n\n`);
    response.write(`event: skipped\ndata: {}\n\nevent: record\ndata: {${head},"event":{}}\n\n`);
  });
  const { code, out } = await runCommand(["tail", "prices", "-n", "2", "--url", pipeline.url]);
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual([
    '10:00:00.120  prices.0.1  {"n":9007199254740993,"t":"\\u001b"}',
    "… too fast to show: some events were left out",
    "10:00:00.120  prices.0.1  {}",
    "",
  ]);
});

test("dead ls and show: groups, the newest, and the bytes without their power", async () => {
  const reasons = [{ code: "FIELD_TYPE", path: "/year", message: "year must be a number" }];
  const letter = { id: "r.1", stream: "prices", stage: "check", cause: "FIELD_TYPE", reasons };
  const group = { ...letter, path: "/year", message: reasons[0]?.message, count: 1200 };
  await using pipeline = await openPipeline(({ path }, response) =>
    answerJson(
      response,
      200,
      path.startsWith("/v1/dead-letters?")
        ? { groups: [group], letters: [letter] }
        : { ...letter, raw_text: "\u001b[2Jgone\nline two" },
    ),
  );
  const list = await runCommand(["dead", "ls", "--stream", "prices", "--url", pipeline.url]);
  expect(pipeline.asked[0]?.path).toBe("/v1/dead-letters?limit=10&stream=prices");
  expect(list.out).toContain("1,200 dead letters of 1 kind");
  expect(list.out).toContain("millrace dead show r.1");
  const show = await runCommand(["dead", "show", "r.1", "--url", pipeline.url]);
  expect(show.out).toContain("  FIELD_TYPE  /year  year must be a number");
  expect(show.out).toContain("  \\x1b[2Jgone\n  line two\n");
});

test("a fault of ours shows no stack trace unless asked for one", async () => {
  const doors = { start: () => Promise.reject(new TypeError("oh")) } as unknown as Doors;
  const quiet = await runCommand(["start"], scriptedWorld(), doors);
  expect(quiet.code).toBe(4);
  expect(quiet.err).toContain("MILLRACE_DEBUG=1");
  expect(quiet.err).not.toContain("    at ");
  const loud = await runCommand(["start"], scriptedWorld({ env: { MILLRACE_DEBUG: "1" } }), doors);
  expect(loud.err).toContain("    at ");
});

test("a fault of the runtime is told in its own words", async () => {
  const fault = new Fault("PORT_TAKEN", { port: 8080, host: "127.0.0.1" });
  const doors = {
    start: () => Promise.resolve({ startPipeline: () => Promise.reject(fault) }),
  } as unknown as Doors;
  const { code, err } = await runCommand(["start"], scriptedWorld(), doors);
  expect(code).toBe(4);
  expect(err).toContain("Port 8080 on 127.0.0.1 is already in use.");
  expect(err).toContain("choose another with --port");
});

test.each([
  [["keys", "create"], "millrace keys create --help"],
  [["dead", "show"], "millrace dead show --help"],
  [["keys", "nonsense"], "millrace keys --help"],
  [["query"], "millrace query --help"],
  [["nonsense"], "millrace --help"],
  [["help", "nonsense"], "millrace --help"],
  [["dead", "help", "nonsense"], "millrace dead --help"],
])("%j is led to its own help", async (argv, help) => {
  const { code, err } = await runCommand(argv);
  expect(code).toBe(2);
  expect(err).toContain(`See \`${help}\`.`);
});

test("help for what is no command says so, with what is like it", async () => {
  const { code, out, err } = await runCommand(["help", "stats"]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/Unknown command 'stats'[^]*Did you mean.*status/);
  expect((await runCommand(["help", "keys"])).out).toContain("millrace keys");
});

test("a key for a stream that has not run on the folder is made, with a warning that names those that have", async () => {
  const made = { key: { id: "k", name: "n", scopes: ["ingest:vists"] }, secret: "s" };
  const stray = 'there is no stream "vists"; there are visits';
  const keys = { offlineKeys: () => ({ create: () => made }), strayOffline: () => stray };
  const doors = { ...closedDoors, keys: () => Promise.resolve(keys as never) };
  const argv = ["keys", "create", "--name", "n", "--scope", "ingest:vists", "--json"];
  const { code, out, err } = await runCommand([...argv, "--data", folder], undefined, doors);
  expect({ code, made: JSON.parse(out) }).toEqual({ code: 0, made });
  expect(err).toContain(`Warning: ${stray}.`);
});
