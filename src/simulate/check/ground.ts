/** What is there at the end of a run, gathered apart from the books: manifests, rows, letters, and the log's own count. */

import { DEAD_LETTERS } from "../../base/record.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Manifest, ShardRange } from "../../seams/announce.ts";
import type { Disk } from "../../base/disk.ts";
import type { Pipeline } from "../processes/pipeline.ts";
import { LAKE_FOLDER } from "../processes/front.ts";
import { eventIdOf } from "../warehouse/models.ts";
import type { HouseFile, HouseRow } from "../warehouse/house.ts";

/** One stream at the end. */
export interface StreamGround {
  readonly plan: StreamPlan;
  /** Records by shard, as the log counts them. */
  readonly logged: readonly number[];
  readonly manifests: readonly Manifest[];
  readonly rows: readonly HouseRow[];
  readonly byId: ReadonlyMap<string, readonly HouseRow[]>;
  /** Places of rows, as `shard.sequence`, with how many rows stand there. */
  readonly places: ReadonlyMap<string, number>;
  readonly dropped: ReadonlySet<string>;
  /** Letters of records that the transform refused, by id. */
  readonly failed: ReadonlyMap<string, number>;
}

export interface Ground {
  readonly streams: ReadonlyMap<string, StreamGround>;
  /** Letters of the check, by id. */
  readonly letters: ReadonlyMap<string, number>;
  readonly file: HouseFile;
}

export async function gather(
  plan: readonly StreamPlan[],
  pipeline: Pipeline,
  disk: Disk,
): Promise<Ground> {
  const file = pipeline.house;
  const streams = new Map<string, StreamGround>();
  for (const stream of plan) {
    const meter = pipeline.front?.log(stream.name).meter();
    const manifests = await readManifests(stream.name, disk);
    const shards = meter?.shards.map(({ records }) => records) ?? [];
    streams.set(stream.name, toGround(stream, { logged: shards, manifests, file }));
  }
  const letters = file.letters.filter(({ stream }) => stream === DEAD_LETTERS);
  return { streams, letters: countBy(letters.map(({ members }) => String(members["id"]))), file };
}

interface Found {
  readonly logged: readonly number[];
  readonly manifests: readonly Manifest[];
  readonly file: HouseFile;
}

function toGround(plan: StreamPlan, { logged, manifests, file }: Found): StreamGround {
  const letters = file.letters.filter(({ stream }) => stream === plan.name);
  const own = plan.name === DEAD_LETTERS;
  const rows = own ? letters : file.of(plan.name);
  const byId = new Map<string, HouseRow[]>();
  for (const row of rows) {
    const id = eventIdOf(row);
    byId.set(id, [...(byId.get(id) ?? []), row]);
  }
  const failed = own ? [] : letters.map(({ members }) => String(members["id"]));
  return {
    plan,
    logged,
    manifests,
    rows,
    byId,
    places: countBy(rows.map(placeOf)),
    dropped: new Set(manifests.flatMap(({ dropped }) => dropped.flatMap(placesOf))),
    failed: countBy(failed),
  };
}

export function placeOf({ members }: HouseRow): string {
  return `${String(members["_shard"])}.${String(members["_sequence"])}`;
}

export function placesOf({ shard, first, last }: ShardRange): string[] {
  return Array.from({ length: last - first + 1 }, (_none, index) => `${shard}.${first + index}`);
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Straight from the lake's files, in the order of their cuts. */
async function readManifests(stream: string, disk: Disk): Promise<Manifest[]> {
  const folder = `${LAKE_FOLDER}/_manifests/${stream}`;
  const entries = await disk.list(folder);
  const names = entries.map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1));
  const texts = await Promise.all(names.map((name) => disk.readFile(`${folder}/${name}`)));
  return texts.map((text) => JSON.parse(String(text)) as Manifest);
}
