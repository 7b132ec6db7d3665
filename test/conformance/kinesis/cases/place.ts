/** Where a case runs: a client, and a stream of the case's own. For tests only. */

import { setTimeout as pause } from "node:timers/promises";
import * as sdk from "@aws-sdk/client-kinesis";
import { refusal } from "../client.ts";
import type { Behaviour } from "./behaviours.ts";
import type { Refusal } from "./refusals.ts";

export interface Place {
  readonly client: sdk.KinesisClient;
  readonly stream: string;
  readonly arn: string;
}

/** The region that every case's client signs for. */
export const REGION = "eu-central-1";
/** How often a twin is asked whether it is done, and how long is waited between. */
export const LOOKS_MAX = 200;
export const LOOK_MS = 50;

export interface Looked {
  readonly records: readonly sdk._Record[];
  readonly next: string | undefined;
  readonly children: readonly sdk.ChildShard[] | undefined;
}

/** One call, and as many more as it takes until something came: a twin may be late. */
export async function read({ client }: Place, iterator: string, Limit = 100): Promise<Looked> {
  let at = iterator;
  for (let look = 1; ; look += 1) {
    const got = await client.send(new sdk.GetRecordsCommand({ ShardIterator: at, Limit }));
    const { Records: records = [], NextShardIterator: next, ChildShards: children } = got;
    if (records.length > 0 || next === undefined || look === 3) {
      return { records, next, children };
    }
    at = next;
  }
}

export async function shardsOf({ client, stream }: Place, more: object = {}): Promise<sdk.Shard[]> {
  const asked = new sdk.ListShardsCommand({ StreamName: stream, ...more });
  return (await client.send(asked)).Shards ?? [];
}

/** A twin takes its time for what it is asked, as Kinesis does. */
export async function untilActive({ client, stream }: Place): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    const asked = new sdk.DescribeStreamSummaryCommand({ StreamName: stream });
    const { StreamDescriptionSummary: found } = await client.send(asked);
    if (found?.StreamStatus === "ACTIVE") {
      return;
    }
    await pause(LOOK_MS);
  }
}

/** `client` with a stream for `name`; one that begins with shards is made. */
export async function openPlace(
  client: sdk.KinesisClient,
  stream: string,
  shards?: number,
): Promise<Place> {
  const place = { client, stream, arn: `arn:aws:kinesis:${REGION}:000000000000:stream/${stream}` };
  if (shards !== undefined) {
    await client.send(new sdk.CreateStreamCommand({ StreamName: stream, ShardCount: shards }));
    await untilActive(place);
  }
  return place;
}

/** What a twin gives for a case: the values as text, or what it refused with. */
export async function observed(
  client: sdk.KinesisClient,
  { name, shards, observe }: Behaviour,
): Promise<string> {
  try {
    const place = await openPlace(client, name.replaceAll(/[^a-z]+/g, "-"), shards);
    return textOfValues(await observe(place));
  } catch (thrown) {
    return await refusal(Promise.reject(thrown));
  }
}

/** Beginning of `Type: message`; a case's stream is there already. */
export async function refused(client: sdk.KinesisClient, { ask }: Refusal): Promise<string> {
  return await refusal(client.send(ask() as sdk.DescribeStreamCommand)); // Any command will do.
}

export function textOfValues(values: unknown): string {
  return JSON.stringify(values, (_key, value: unknown) => value ?? "nothing");
}
