/** `millrace start` and `status`: what they show of a run, and how a run ends. */

import { expect, test } from "vitest";
import { toInstant } from "../../base/clock.ts";
import { paintFor } from "../show/paint.ts";
import { newsOfTroubles } from "../show/status.ts";
import type { PipelineStatus, StreamStatus } from "../../seams/status.ts";
import type { StartOptions } from "../../runtime/start.ts";
import type { Doors } from "../doors.ts";
import {
  closedDoors,
  answerJson,
  openPipeline,
  recordingScreen,
  runCommand,
  scriptedWorld,
  type ScriptedWorld,
} from "../scripted-world.ts";

function streamStatus(name: string, records: number): StreamStatus {
  const trouble = undefined;
  return {
    name,
    table: `raw_${name}`,
    dedupe: { windowMs: 0, idsMax: 0, ids: 0, duplicates: 0, trouble },
    stream: { records, bytes: 0, diskBytes: 0, shards: [], commits: 0, trouble },
    delivery: { cuts: 1, records, dropped: 0, failed: 0, bytes: 0, pending: 0, trouble },
    warehouse: { cut: 1, records, rows: records, setAside: 0, lastLoadMs: 3, trouble },
    onTheirWay: 7,
    lagMs: 120,
  };
}

function status(records: number, now: number): PipelineStatus {
  return {
    pipeline: "food-market",
    planHash: "abcdef0123456789",
    version: "0.1.0",
    startedAt: toInstant(0),
    now: toInstant(now),
    url: "http://127.0.0.1:8080",
    data: "/data",
    gateway: {
      requests: 1,
      accepted: records,
      duplicates: 0,
      rejected: 2,
      refusedBusy: 0,
      bytes: 0,
      inFlightBytes: 0,
    },
    streams: [streamStatus("prices", records), streamStatus("dead_letters", 2)],
    models: [
      {
        name: "clean",
        streams: ["prices"],
        runs: 3,
        rows: 40,
        load: 2,
        newestLoad: 3,
        lastRunMs: 9,
        trouble: {
          code: "MODEL_FAILED",
          message: "no column x",
          since: toInstant(now),
          attempts: 2,
        },
      },
    ],
    sources: [],
    warehouse: { up: true, restarts: 0 },
    books: { state: "BALANCED", at: toInstant(now) },
    memoryBytes: 1024,
  };
}

interface Run {
  readonly doors: Doors;
  readonly given: StartOptions[];
  stops: number;
}

/** A runtime whose pipeline accepts 500 records between two looks, and tells every `looks`. */
function scriptedRun(onLook: (looks: number) => void, closed?: Promise<void>): Run {
  const stopped = Promise.withResolvers<void>();
  let looks = 0;
  const run: Run = {
    given: [],
    stops: 0,
    doors: {
      ...closedDoors,
      start: () =>
        Promise.resolve({
          startPipeline: (options) => {
            run.given.push(options);
            options.log("listening");
            return Promise.resolve({
              url: "http://127.0.0.1:8080",
              exampleCurl: "curl http://x -H 'a: b' -d '{}'",
              status: () => {
                looks += 1;
                onLook(looks);
                return status(looks * 500, looks * 500);
              },
              reloadTls: () => undefined,
              closed: closed ?? stopped.promise,
              stop: () => {
                run.stops += 1;
                stopped.resolve();
                return Promise.resolve();
              },
            });
          },
        }),
    },
  };
  return run;
}

function interruptAt(looks: number, world: () => ScriptedWorld): (look: number) => void {
  return (look) => {
    if (look === looks) {
      world().interrupt();
    }
  };
}

test("the start screen says where to look and what to try; a signal stops it cleanly", async () => {
  const world = scriptedWorld({ stdout: recordingScreen(true), env: { NO_COLOR: "1" } });
  const run = scriptedRun(interruptAt(4, () => world));
  const argv = ["start", "examples/x", "--port", "0", "--no-sources", "--data", "/tmp/d"];
  const { code, out } = await runCommand(argv, world, run.doors);
  expect(code).toBe(0);
  expect(run.stops).toBe(1);
  expect(run.given[0]).toMatchObject({
    port: 0,
    sources: false,
    data: "/tmp/d",
    insecureHost: false,
  });
  expect(out).toContain("Millrace runs food-market");
  expect(out).toContain("dashboard  http://127.0.0.1:8080");
  expect(out).toContain("  curl http://x \\\n    -H 'a: b' \\\n    -d '{}'\n");
  expect(out).toContain("1,000/s · 1 trouble · 1,500 loaded · lag 120 ms · 2 dead letters");
  expect(out).toContain("Stopped cleanly.");
  expect(out).not.toContain("\u001b[1m");
  expect(out).not.toContain("listening");
});

test("colours only on a terminal; --verbose shows what happens inside", async () => {
  const world = scriptedWorld({ stdout: recordingScreen(true) });
  const run = scriptedRun(interruptAt(2, () => world));
  expect((await runCommand(["start"], world, run.doors)).out).toContain("\u001b[1m");
  const plain = scriptedWorld();
  const other = scriptedRun(interruptAt(2, () => plain));
  const { out } = await runCommand(["start", "--verbose"], plain, other.doors);
  expect(out).not.toContain("\u001b");
  expect(out).toContain("listening");
});

test("--json: one object per line, from started to stopped", async () => {
  const world = scriptedWorld();
  const run = scriptedRun(interruptAt(8, () => world));
  const { out } = await runCommand(["start", "--json"], world, run.doors);
  const events = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; troubles?: unknown });
  expect(events.map(({ event }) => event).filter((event) => event !== "status")).toEqual([
    "log",
    "started",
    "stopping",
    "stopped",
  ]);
  expect(events.find(({ event }) => event === "status")).toMatchObject({
    in_warehouse: 1000,
    books: "BALANCED",
    troubles: [{ place: "model clean", code: "MODEL_FAILED" }],
  });
});

test("a second signal leaves at once", async () => {
  const left: number[] = [];
  const world: ScriptedWorld = scriptedWorld({ exitNow: (code) => void left.push(code) });
  const run = scriptedRun((look) => {
    if (look === 2) {
      world.interrupt();
      world.interrupt();
    }
  });
  await runCommand(["start"], world, run.doors);
  expect(left).toEqual([130]);
});

test("a pipeline that ends by itself with a failure is a failure", async () => {
  const closed = Promise.reject(new TypeError("the disk is gone"));
  const run = scriptedRun(() => {}, closed);
  const { code, err } = await runCommand(["start"], scriptedWorld(), run.doors);
  expect(code).toBe(4);
  expect(err).toContain("the disk is gone");
});

test("status: the journey in one screen, with troubles in words", async () => {
  await using pipeline = await openPipeline((_, response) =>
    answerJson(response, 200, status(21_000, 200_000)),
  );
  const { code, out } = await runCommand(["status", "--url", pipeline.url]);
  expect(code).toBe(0);
  expect(out).toContain("food-market  http://127.0.0.1:8080  books BALANCED just now");
  expect(out).toMatch(/prices +21,000 +21,000 +21,000 +7 +120 ms +0\n/);
  expect(out).toContain("trouble  model clean: no column x (just now, 2 attempts)");
  expect(out).toMatch(/clean +40 +3 +9 ms +failing\n/);
});

test("status names the largest parts of the disk, and the rest in one", async () => {
  const parts = ["a", "b", "c", "d", "e"].map((name, index) => ({ name, bytes: index * 1024 }));
  const disk = { at: 0, freeBytes: 1, volumeBytes: 2, parts };
  await using pipeline = await openPipeline((_, response) =>
    answerJson(response, 200, { ...status(1, 1), disk }),
  );
  const { out } = await runCommand(["status", "--url", pipeline.url]);
  expect(out).toContain("disk  10.0 KiB: e 4.0 KiB · d 3.0 KiB · c 2.0 KiB · the rest 1.0 KiB\n");
});

test("status --watch goes on until stopped, and gives rates", async () => {
  let asked = 0;
  const world: ScriptedWorld = scriptedWorld();
  await using pipeline = await openPipeline((_, response) => {
    asked += 1;
    if (asked === 3) {
      world.interrupt();
    }
    answerJson(response, 200, status(asked * 500, asked * 1000));
  });
  const { code, out } = await runCommand(["status", "--watch", "--url", pipeline.url], world);
  expect(code).toBe(0);
  expect(out.match(/food-market/g)).toHaveLength(2);
  expect(out).toContain("500/s");
});

test("a trouble is told once when it comes, and once when it is over", () => {
  const trouble = {
    code: "MODEL_INVALID",
    message: "x.sql is not right",
    since: toInstant(1),
    attempts: 3,
  };
  const model = { name: "x", runs: 0, load: 0, rows: 0, lastRunMs: 0 };
  const now = (broken: boolean): PipelineStatus => ({
    ...status(1, 1),
    models: [{ ...model, trouble: broken ? trouble : undefined }] as never,
  });
  const told = new Set<string>();
  const news = (broken: boolean): string[] =>
    newsOfTroubles(now(broken), told, paintFor(recordingScreen(), {}));
  expect([news(false), news(true), news(true), news(false), news(false)]).toEqual([
    [],
    ["trouble  model x: x.sql is not right"],
    [],
    ["mended   model x"],
    [],
  ]);
});
