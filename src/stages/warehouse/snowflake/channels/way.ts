/** The way through Snowpipe Streaming: rows go into channels, a channel per shard, and no bucket is needed. */

import { randomUUID } from "node:crypto";
import { defined } from "../../../../base/assert.ts";
import { nameOfCut, type StoredPart } from "../../../../seams/announce.ts";
import type { WantedTexts, TextRow } from "../../duckdb/load/read-texts.ts";
import type { CutToBring, Way } from "../load/way.ts";
import {
  type Arrival,
  arrivalLine,
  ARRIVALS_STATEMENT,
  arrivedStatements,
  batchOf,
  FORGET_ONCE_STATEMENT,
  forgetArrivals,
  forgetTurns,
  onceBatch,
  type Part,
} from "./arrivals.ts";
import type { Ingest } from "./ingest.ts";
import { type Sending, sendRows } from "./send.ts";
import { channelName } from "./token.ts";

export interface ChannelsOptions {
  readonly ingest: Pick<Ingest, "open" | "append" | "state" | "drop">;
  /** Reads local objects. */
  readonly texts: (wanted: WantedTexts) => AsyncIterable<readonly TextRow[]>;
  /** Whose channels these are. */
  readonly owner: string;
  readonly requestBytesMax?: number | undefined;
  readonly sleep?: Sending["sleep"];
}

/** Letters have no place in the log: theirs is their cut's number, so often, and their line. */
const LETTERS_A_CUT_MAX = 100_000_000;

export function channelsWay(options: ChannelsOptions): Way {
  return {
    async prepare(transport, running) {
      await transport.script([ARRIVALS_STATEMENT, FORGET_ONCE_STATEMENT], running);
    },
    async bring(cut) {
      const { manifest, inTurn } = cut;
      const batch = inTurn ? batchOf(manifest) : onceBatch(randomUUID());
      const runs = inTurn ? shardRuns(options, cut, batch) : onceRuns(options, cut, batch);
      for (const run of runs) {
        await send(options, cut, run);
      }
      return {
        staging: (object) =>
          arrivedStatements(batch, object.part === manifest.failed ? "letters" : "rows", object),
        planned: true,
        // A cut that was not loaded in its turn may have left what came of it then.
        taken: [forgetTurns(manifest), ...(inTurn ? [] : [forgetArrivals(batch)])],
        async [Symbol.asyncDispose]() {
          if (!inTurn) {
            await cleanUp(options, cut, runs);
          }
        },
      };
    },
  };
}

interface Load extends Arrival {
  readonly channel: string;
  readonly first: number;
  readonly last: number;
  readonly object: StoredPart;
  readonly path: string;
  /** Shard whose rows go through it; undefined for all rows. */
  readonly only: number | undefined;
  /** What a row's place in the channel is more than its place in the object. */
  readonly offset: number;
}

/** One run for each shard of the cut, and one for its letters. */
function shardRuns({ owner }: ChannelsOptions, cut: CutToBring, batch: string): readonly Load[] {
  const { stream, manifest, objects } = cut;
  const { object, failed } = manifest;
  const rows = object === undefined ? [] : manifest.ranges;
  const shards = [...Map.groupBy(rows, ({ shard }) => shard)].map(([shard, runs]) => ({
    shard,
    first: Math.min(...runs.map(({ first }) => first)),
    last: Math.max(...runs.map(({ last }) => last)),
  }));
  const loads = shards.map(({ shard, first, last }) => ({
    batch,
    part: "rows" as const,
    shard,
    channel: channelName(owner, stream.name, String(shard)),
    first,
    last,
    object: defined(object, "its rows are in an object"),
    path: defined(objects.object, "a manifest's part has a local object"),
    only: shard,
    offset: 0,
  }));
  if (failed === undefined) {
    return loads;
  }
  const offset = manifest.cut * LETTERS_A_CUT_MAX;
  const channel = channelName(owner, stream.name, "letters");
  return [...loads, whole(cut, { batch, part: "letters", channel, offset })];
}

/** Channels of its own, which are gone afterwards: tokens of the shards' channels do not go back. */
function onceRuns({ owner }: ChannelsOptions, cut: CutToBring, batch: string): readonly Load[] {
  const parts = [
    ...(cut.manifest.object === undefined ? [] : ["rows" as const]),
    ...(cut.manifest.failed === undefined ? [] : ["letters" as const]),
  ];
  return parts.map((part) =>
    whole(cut, { batch, part, channel: channelName(owner, batch, part), offset: 0 }),
  );
}

interface Whole {
  readonly batch: string;
  readonly part: Part;
  readonly channel: string;
  readonly offset: number;
}

function whole({ manifest, objects }: CutToBring, given: Whole): Load {
  const [part, path] =
    given.part === "rows" ? [manifest.object, objects.object] : [manifest.failed, objects.failed];
  const object = defined(part, "what is sent is in the manifest");
  const { offset } = given;
  return {
    ...given,
    shard: 0,
    first: offset + 1,
    last: offset + object.records,
    object,
    path: defined(path, "a manifest's part has a local object"),
    only: undefined,
  };
}

async function send(options: ChannelsOptions, cut: CutToBring, load: Load): Promise<void> {
  const { transport, running, stream, manifest } = cut;
  const { channel, first, last, batch, part, shard, offset } = load;
  const wanted = { stream, part: load.object, path: load.path, shard: load.only };
  await sendRows({
    ingest: options.ingest,
    run: { channel, first, last },
    async *rows(after) {
      const place = { ...wanted, letters: part === "letters", after: after - offset };
      for await (const some of options.texts(place)) {
        yield some.map((row) => ({
          place: row.place + offset,
          line: arrivalLine({ batch, part, shard }, row.line, row.text),
        }));
      }
    },
    forget: async () => {
      await transport.ask(forgetArrivals(batch, { part, shard }), running);
    },
    object: nameOfCut(manifest),
    table: stream.table,
    requestBytesMax: options.requestBytesMax,
    sleep: options.sleep,
  });
}

/** What stays where this fails is removed by the next start; the channel by Snowflake, after 30 idle days. */
async function cleanUp(
  { ingest }: ChannelsOptions,
  { transport, running }: CutToBring,
  runs: readonly Load[],
): Promise<void> {
  for (const { batch, channel } of runs) {
    await transport.ask(forgetArrivals(batch), running).catch(() => {});
    await ingest.drop(channel).catch(() => {});
  }
}
