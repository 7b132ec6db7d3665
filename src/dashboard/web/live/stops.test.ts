/** What the stops say of a pipeline that is well, and of one that is not. */

import { expect, test } from "vitest";
import type { PipelineStatus } from "../../../seams/status.ts";
import { NO_HISTORY } from "./history.ts";
import { stopsOf, type Stop, type StopName } from "./stops.ts";

const TROUBLE = { code: "X", message: "the disk is full", since: 0, attempts: 3 };

interface Turned {
  readonly stream?: object;
  readonly delivery?: object;
  readonly warehouse?: object;
  readonly up?: boolean;
  readonly duplicates?: number;
  readonly dedupe?: object;
  readonly models?: readonly object[];
  readonly sources?: readonly object[];
  readonly wireStreams?: readonly object[];
}

function stops(turned: Turned = {}): Readonly<Record<StopName, Stop>> {
  const prices = {
    name: "prices",
    onTheirWay: 7,
    dedupe: { duplicates: 0, ...turned.dedupe },
    stream: { records: 100, diskBytes: 2048, shards: [{}, {}], ...turned.stream },
    delivery: {
      records: 95,
      cuts: 3,
      bytes: 512,
      pending: 5,
      dropped: 0,
      failed: 0,
      ...turned.delivery,
    },
    warehouse: { rows: 93, setAside: 0, ...turned.warehouse },
  };
  const letters = { ...prices, name: "dead_letters", onTheirWay: 0 };
  const status = {
    gateway: {
      requests: 4,
      accepted: 100,
      duplicates: turned.duplicates ?? 0,
      rejected: 2,
      bytes: 4096,
      refusedBusy: 0,
    },
    streams: [prices, letters],
    models: turned.models ?? [{ name: "clean", rows: 90, load: 3, newestLoad: 3 }],
    sources: turned.sources ?? [],
    ...(turned.wireStreams === undefined ? {} : { wireStreams: turned.wireStreams }),
    warehouse: { up: turned.up ?? true, restarts: 0 },
  };
  const list = stopsOf(status as unknown as PipelineStatus, NO_HISTORY);
  return Object.fromEntries(list.map((stop) => [stop.name, stop])) as Record<StopName, Stop>;
}

test("every stop counts the user's own streams, without the dead letters", () => {
  const found = stops();
  const counts = Object.values(found).map(({ name, count }) => [name, count]);
  expect(counts).toEqual([
    ["gateway", 4],
    ["check", 100],
    ["stream", 100],
    ["delivery", 95],
    ["lake", 3],
    ["warehouse", 93],
    ["models", 90],
  ]);
  expect(Object.values(found).flatMap(({ troubles }) => troubles)).toEqual([]);
  expect(found.stream.details).toEqual(["2 shards", "4.0 KiB on disk"]);
  expect(found.check.details).toEqual(["2 set aside"]);
});

test.each([
  ["stream", { stream: { trouble: TROUBLE } }],
  ["delivery", { delivery: { trouble: TROUBLE } }],
  ["warehouse", { warehouse: { trouble: TROUBLE } }],
] as const)("trouble of the %s is said at its stop, with the stream's name", (name, turned) => {
  const found = stops(turned);
  expect(found[name].troubles).toContain("prices: the disk is full");
  const others = Object.values(found).filter((stop) => stop.name !== name);
  expect(others.flatMap(({ troubles }) => troubles)).toEqual([]);
});

test("trouble of a stream that was made over the wire is said where it is", () => {
  const wireStreams = [
    { service: "Kinesis", name: "raw", records: 1, trouble: undefined },
    { service: "Kinesis", name: "full", records: 1, trouble: TROUBLE },
    { service: "Firehose", name: "hose", records: 1, trouble: TROUBLE },
  ];
  const found = stops({ wireStreams });
  expect(found.stream.troubles).toEqual(["Kinesis stream full: the disk is full"]);
  expect(found.delivery.troubles).toEqual(["Firehose stream hose: the disk is full"]);
});

test("duplicates are told where there are any, and a window that falls short is a trouble", () => {
  expect(stops({ duplicates: 1 }).check.details).toEqual(["2 set aside", "1 duplicate"]);
  const short = stops({ dedupe: { trouble: TROUBLE } });
  expect(short.stream.troubles).toContain("prices: the disk is full");
});

test("a warehouse that is down, a failing model and a failed source are troubles", () => {
  expect(stops({ up: false }).warehouse.troubles[0]).toMatch(/restarting/);
  const models = [{ name: "clean", rows: 0, load: 1, newestLoad: 3, trouble: TROUBLE }];
  expect(stops({ models }).models.troubles).toEqual(["clean: the disk is full"]);
  expect(stops({ models }).models.details).toContain("1 catching up");
  const sources = [{ name: "kafka", state: "failed", trouble: TROUBLE }];
  expect(stops({ sources }).gateway.troubles).toEqual(["kafka: the disk is full"]);
});

test("what is set aside or dropped on the way is told only where there is any", () => {
  const found = stops({ delivery: { dropped: 4, failed: 1 }, warehouse: { setAside: 2 } });
  expect(found.delivery.details).toEqual(["5 pending", "4 dropped by transform", "1 set aside"]);
  expect(found.warehouse.details).toEqual(["7 on their way", "2 set aside"]);
});
