/** Keys and what is made over the wire, killed at each write: what was answered is there, what was not is whole or absent. */

import * as firehose from "@aws-sdk/client-firehose";
import * as kinesis from "@aws-sdk/client-kinesis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { assert } from "../../src/base/assert.ts";
import { CREDENTIALS } from "../conformance/kinesis/serve.ts";
import { RunningPipeline } from "../journey/running.ts";
import { Gatekeeper } from "./faults/gatekeeper.ts";
import { CATALOGUE_POINTS } from "./faults/points.ts";

/** Calls are signed with keys that nobody made. */
const FLAGS = ["--no-sources", "--aws-anonymous"];

let running: RunningPipeline;
let gatekeeper: Gatekeeper;

beforeEach(() => {
  running = new RunningPipeline("test/crash/kill-pipeline");
  gatekeeper = new Gatekeeper(running.folder);
  running.env = gatekeeper.env;
});

afterEach(async () => {
  await running[Symbol.asyncDispose]();
});

/** One call, tried once. */
function settings(): kinesis.KinesisClientConfig & firehose.FirehoseClientConfig {
  const { url: endpoint } = running;
  return { endpoint, region: "us-east-1", credentials: CREDENTIALS, maxAttempts: 1 };
}

/** Makes one thing under a name; what is there by it. */
interface Maker {
  readonly make: (name: string) => Promise<unknown>;
  readonly names: () => Promise<readonly string[]>;
}

const MAKERS: Readonly<Record<PointName, Maker>> = {
  "keys: written": keys(),
  "keys: in place": keys(),
  "kinesis: catalogue": {
    make: async (StreamName) =>
      await new kinesis.KinesisClient(settings()).send(
        new kinesis.CreateStreamCommand({ StreamName, ShardCount: 1 }),
      ),
    names: async () => {
      const { StreamNames = [] } = await new kinesis.KinesisClient(settings()).send(
        new kinesis.ListStreamsCommand({}),
      );
      return StreamNames;
    },
  },
  "delivery streams: registry": {
    make: async (DeliveryStreamName) =>
      await new firehose.FirehoseClient(settings()).send(
        new firehose.CreateDeliveryStreamCommand({
          DeliveryStreamName,
          ExtendedS3DestinationConfiguration: {
            BucketARN: "arn:aws:s3:::lake",
            RoleARN: "arn:aws:iam::000000000000:role/any",
          },
        }),
      ),
    names: async () => {
      const { DeliveryStreamNames = [] } = await new firehose.FirehoseClient(settings()).send(
        new firehose.ListDeliveryStreamsCommand({}),
      );
      return DeliveryStreamNames;
    },
  },
};

function keys(): Maker {
  return {
    make: async (name) => {
      const body = JSON.stringify({ name, scopes: ["ingest"], limits: {}, expires: null });
      const { status } = await running.post("/v1/keys", body);
      assert(status === 201, "a key is made");
    },
    names: async () => {
      const answer = await fetch(`${running.url}/v1/keys`);
      return ((await answer.json()) as { keys: { name: string }[] }).keys.map(({ name }) => name);
    },
  };
}

type PointName = keyof typeof CATALOGUE_POINTS;

/** Whether what was being made is there when the process is killed right after the write. */
const KEPT_AFTER: Readonly<Record<PointName, boolean>> = {
  // Under a name that nobody reads.
  "keys: written": false,
  "keys: in place": true,
  "kinesis: catalogue": true,
  "delivery streams: registry": true,
};

it("keeps what it answered, and half of nothing", { timeout: 300_000 }, async () => {
  await running.start(...FLAGS);
  const seen: Record<string, unknown> = {};
  const right: Record<string, unknown> = {};
  for (const [point, { make, names }] of Object.entries(MAKERS) as [PointName, Maker][]) {
    const { op, path } = CATALOGUE_POINTS[point];
    const told = `told-${point.replaceAll(/\W+/g, "-")}`;
    await make(told);
    for (const when of ["before", "after"] as const) {
      const name = `${when}-${point.replaceAll(/\W+/g, "-")}`;
      const armed = gatekeeper.arm({ op, path, when, skip: 0, times: 1, does: "kill" });
      const answered = await make(name).then(
        () => true,
        () => false,
      );
      gatekeeper.disarm();
      await running.kill();
      await running.start(...FLAGS);
      const there = await names();
      // Whatever is there is whole: what is not can be made, and what comes next as well.
      await (there.includes(name) ? undefined : make(name));
      const all = await names();
      const found = [armed.happened(), answered, there.includes(told), there.includes(name)];
      seen[`${point}, ${when}`] = [...found, all.includes(name)];
      right[`${point}, ${when}`] = [true, false, true, when === "after" && KEPT_AFTER[point], true];
    }
  }
  expect(seen).toEqual(right);
  await running.drain();
  expect(running.cli("verify").out).toContain("BALANCED");
});
