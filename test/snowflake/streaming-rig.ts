/** Channels of one data folder against the contract's servers, and cuts of several shards to send through them. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import { systemClock } from "../../src/base/clock.ts";
import { planPipeline } from "../../src/plan/plan-pipeline.ts";
import type { StreamPlan } from "../../src/plan/plan.ts";
import type { ShardRange } from "../../src/seams/announce.ts";
import { ACCEPTED_AT, type MadeCut, makeCut } from "../../src/stages/warehouse/fixture.ts";
import { openWarehouse } from "../../src/stages/warehouse/index.ts";
import { Ingest } from "../../src/stages/warehouse/snowflake/channels/ingest.ts";
import { channelsWay } from "../../src/stages/warehouse/snowflake/channels/way.ts";
import { Http, type HttpOptions } from "../../src/stages/warehouse/snowflake/client/http.ts";
import { openCredentials } from "../../src/stages/warehouse/snowflake/client/key-pair.ts";
import { openSqlApi } from "../../src/stages/warehouse/snowflake/client/sql-api.ts";
import type { Transport } from "../../src/stages/warehouse/snowflake/client/transport.ts";
import type { Brought, Way } from "../../src/stages/warehouse/snowflake/load/way.ts";
import { ACCOUNT, USER } from "./key-proof.ts";

const schema = z.object({ shop: z.string(), price: z.number() });
const plan = planPipeline({ name: "t", streams: { sales: { schema } } }, "/p.ts");
export const SALES = plan.streams.find(({ name }) => name === "sales") as StreamPlan;
export const RUNNING = { timeoutMs: 60_000 };

/** Snowflake's table, as the contract's database can have it. */
export const ARRIVED_TABLE =
  "CREATE OR REPLACE TABLE _ARRIVED (BATCH VARCHAR, PART VARCHAR, SHARD BIGINT, LINE BIGINT, RAW VARCHAR)";

export interface RigOptions {
  /** Where statements and channels are answered, and the keys that both know. */
  readonly sql: string;
  readonly sqlKey: string;
  readonly streaming: string;
  readonly streamingKey: string;
  readonly folder: string;
  readonly requestBytesMax?: number;
}

export interface Rig extends AsyncDisposable {
  readonly way: Way;
  readonly transport: Transport;
  readonly ingest: Ingest;
  bring(made: MadeCut, inTurn?: boolean): Promise<Brought>;
}

function reach(base: string, keyFile: string): HttpOptions {
  const login = { user: USER, keyFile, passphrase: undefined, token: undefined };
  const credentials = openCredentials(login, ACCOUNT, systemClock);
  return { base, account: ACCOUNT, user: USER, credentials, sleep: async () => {} };
}

/** Key files are plain PKCS#8. */
export async function openRig(options: RigOptions): Promise<Rig> {
  const session = { database: "MARKET", schema: "RAW", warehouse: undefined, role: undefined };
  const transport = openSqlApi(new Http(reach(options.sql, options.sqlKey)), session);
  const reader = await openWarehouse({ readable: [options.folder], threads: 1 });
  const ingest = new Ingest(
    { ...reach(options.streaming, options.streamingKey), now: Date.now },
    { database: "MARKET", schema: "RAW", pipe: "_ARRIVED-STREAMING" },
  );
  const way = channelsWay({
    ingest,
    texts: (wanted) => reader.texts(wanted),
    owner: "folder-1",
    requestBytesMax: options.requestBytesMax,
    sleep: async () => {},
  });
  return {
    way,
    transport,
    ingest,
    bring: ({ manifest, objects }, inTurn = true) =>
      way.bring({ transport, running: RUNNING, stream: SALES, manifest, objects, inTurn }),
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();
    },
  };
}

export interface Places {
  readonly folder: string;
  readonly cut: number;
  readonly ranges: readonly ShardRange[];
  readonly format?: "csv" | "ndjson";
  /** A text for each row; its length is the row's. */
  readonly shop?: (sequence: number) => string;
  readonly letters?: number;
}

/** A cut whose rows of all shards stand mixed in one object, each shard's in order. */
export function cutOf({ folder, cut, ranges, format = "csv", shop, letters = 0 }: Places): MadeCut {
  const places = ranges
    .flatMap(({ shard, first, last }) =>
      Array.from({ length: last - first + 1 }, (_row, at) => ({ shard, at, sequence: first + at })),
    )
    .toSorted((a, b) => a.at - b.at || a.shard - b.shard);
  const rows = places.map(({ shard, sequence }) => ({
    shop: shop?.(sequence) ?? `it's "${shard}"\\ \n é ${sequence}`,
    price: sequence / 4,
    _event_id: `e${shard}-${sequence}`,
    _shard: shard,
    _sequence: sequence,
    _accepted_at: ACCEPTED_AT,
    _extra: undefined,
  }));
  const csv = rows.map((row) =>
    Object.values(row)
      .map((value) => (value === undefined ? "" : `"${String(value).replaceAll('"', '""')}"`))
      .join(","),
  );
  const header = "shop,price,_event_id,_shard,_sequence,_accepted_at,_extra";
  const made = makeCut({
    folder,
    stream: "sales",
    cut,
    format,
    compression: "gzip",
    text:
      format === "csv"
        ? [header, ...csv, ""].join("\n")
        : rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    records: rows.length,
    failed: Array.from({ length: letters }, (_letter, at) => ({
      id: `gone-${cut}-${at}`,
      stream: "sales",
      stage: "transform",
      cause: "TRANSFORM_FAILED",
      raw_text: "{}",
    })),
  });
  return { ...made, manifest: { ...made.manifest, ranges } };
}

/** What the victim is told on its command line. */
export function readTold(path: string): RigOptions & { readonly cuts: readonly MadeCut[] } {
  return JSON.parse(readFileSync(path, "utf8")) as RigOptions & { readonly cuts: MadeCut[] };
}
