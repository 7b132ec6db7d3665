/** A pipeline that plays a script: its figures are functions of a time that tests move, its rows are made up. */

import { toInstant } from "../../src/base/clock.ts";
import { Fault } from "../../src/base/faults.ts";
import type { DashboardOptions } from "../../src/dashboard/index.ts";
import type { TailEvent } from "../../src/seams/feed.ts";
import type { Trouble } from "../../src/seams/meter.ts";
import type { Cell, Query, QueryOptions, ResultSet } from "../../src/seams/query.ts";
import type { BooksState, PipelineStatus, StreamStatus } from "../../src/seams/status.ts";

const MARKETS: Readonly<Record<string, readonly string[]>> = {
  Armenia: ["Yerevan"],
  Kenya: ["Mombasa", "Nairobi", "Garissa"],
  Nigeria: ["Abuja", "Kano"],
};
const ITEMS = ["BEANS (WHITE)", "MAIZE (WHITE)", "RICE (IMPORTED)"];
const MONTHS = 204;

/** What a test may turn while the page looks. */
export interface Script {
  /** Seconds since the pipeline started, by which all figures go. */
  seconds: number;
  rate: number;
  warehouseUp: boolean;
  letters: number;
  /** Of letters with an even number. */
  preview: string;
  books: BooksState | undefined;
  trouble: string | undefined;
  /** Before the first model run there is no table. */
  tableThere: boolean;
  empty: boolean;
  /** Stands for every name of the pipeline: its own, its stream's, source's and model's; undefined for short ones. */
  longName: string | undefined;
}

export function newScript(): Script {
  return {
    seconds: 760,
    rate: 12_480,
    warehouseUp: true,
    letters: 6,
    preview: "country;market;",
    books: "BALANCED",
    trouble: undefined,
    tableThere: true,
    empty: false,
    longName: undefined,
  };
}

const START = Date.UTC(2026, 10, 21, 9, 0, 0);

export function scriptedOptions(script: Script, webFolder: string): DashboardOptions {
  return {
    webFolder,
    plan: {
      name: "food-market",
      dashboard: {
        charts: [
          {
            kind: "candlestick",
            title: "Food prices",
            table: "prices",
            time: "date",
            open: "open",
            high: "high",
            low: "low",
            close: "close",
            slicers: ["country", "market", "item"],
          },
        ],
      },
      streams: [{ name: "prices", schema: PRICE_SCHEMA }],
    },
    query: scriptedQuery(script),
    status: () => statusOf(script),
    newestDeadLetters: () => Promise.resolve({ total: script.letters, letters: letters(script) }),
    tail: (max) => Promise.resolve(script.empty ? [] : tail(script, max)),
  };
}

const PRICE_SCHEMA = {
  type: "object",
  properties: {
    country: { type: "string", enum: ["Kenya", "Nigeria"] },
    mkt_name: { type: "string", default: "Nairobi" },
    DATES: { type: "string", format: "date" },
    o_rice: { anyOf: [{ type: "number" }, { type: "null" }] },
    c_rice: { anyOf: [{ type: "number" }, { type: "null" }] },
  },
  required: ["country", "mkt_name", "DATES"],
};

/** A rate that breathes, so that lines are not straight. */
function grown(script: Script): number {
  const { seconds, rate, empty } = script;
  const waves = seconds + 2.2 * Math.sin(seconds / 9) + 0.5 * Math.sin(seconds / 2.3);
  return empty ? 0 : Math.max(0, Math.floor(rate * waves));
}

function statusOf(script: Script): PipelineStatus {
  const records = grown(script);
  const now = toInstant(START + script.seconds * 1000);
  const lagMs = script.empty ? 0 : Math.round(240 + 90 * Math.sin(script.seconds / 5));
  const behind = script.empty ? 0 : Math.round((script.rate * lagMs) / 1000);
  return {
    pipeline: script.longName ?? "food-market",
    planHash: "4f1d2c9be07a55d1c0de",
    version: "0.1.0",
    startedAt: toInstant(START),
    now,
    url: "http://127.0.0.1:8080",
    data: "/home/ada/millrace/.millrace",
    gateway: {
      requests: Math.ceil(records / 480),
      accepted: records,
      duplicates: 0,
      rejected: script.letters,
      refusedBusy: 0,
      bytes: records * 403,
      inFlightBytes: 0,
    },
    streams: [
      streamOf({
        name: script.longName ?? "prices",
        records,
        behind,
        lagMs,
        trouble: toTrouble(script.trouble),
      }),
      streamOf({
        name: "dead_letters",
        records: script.letters,
        behind: 0,
        lagMs: 0,
        trouble: undefined,
      }),
    ],
    models: script.empty
      ? []
      : [modelOf(script.longName ?? "prices", (records - behind) * 7, script.seconds)],
    sources: sourcesOf(script, records),
    warehouse: { up: script.warehouseUp, restarts: script.warehouseUp ? 0 : 2 },
    books:
      script.books === undefined ? undefined : { state: script.books, at: toInstant(now - 12_000) },
    memoryBytes: 431_000_000,
  };
}

function streamOf(of: {
  name: string;
  records: number;
  behind: number;
  lagMs: number;
  trouble: Trouble | undefined;
}): StreamStatus {
  const { name, records, behind, lagMs, trouble } = of;
  const loaded = Math.max(0, records - behind);
  const bytes = records * 410;
  const delivered = Math.max(0, records - Math.round(behind / 2));
  return {
    name,
    table: name === "prices" ? "raw_prices" : name,
    dedupe: { windowMs: 600_000, idsMax: 1_048_576, ids: 0, duplicates: 0, trouble: undefined },
    stream: {
      records,
      bytes,
      diskBytes: bytes,
      shards: [0, 1, 2, 3].map((shard) => ({ shard, records: Math.floor(records / 4) })),
      commits: Math.ceil(records / 500),
      trouble: undefined,
    },
    delivery: {
      cuts: Math.ceil(delivered / 32_768),
      records: delivered,
      dropped: 0,
      failed: 0,
      bytes: delivered * 120,
      pending: records - delivered,
      trouble,
    },
    warehouse: {
      cut: Math.ceil(loaded / 32_768),
      records: loaded,
      rows: loaded,
      setAside: 0,
      lastLoadMs: 141,
      trouble: undefined,
    },
    onTheirWay: records - loaded,
    lagMs,
  };
}

function toTrouble(message: string | undefined): Trouble | undefined {
  return message === undefined
    ? undefined
    : { code: "LAKE_WRITE_FAILED", message, since: toInstant(START), attempts: 4 };
}

function modelOf(name: string, rows: number, seconds: number): PipelineStatus["models"][number] {
  const runs = Math.floor(seconds / 3);
  const load = { load: runs, newestLoad: runs, lastRunMs: 212 };
  return { name, streams: ["prices"], runs, rows, ...load, trouble: undefined };
}

function sourcesOf(script: Script, records: number): PipelineStatus["sources"] {
  return script.empty
    ? []
    : [
        {
          name: script.longName ?? "replay",
          title: "Generated monthly food prices of 36 countries",
          stream: "prices",
          state: "running",
          records,
          checkpoint: "2019-04 · Kenya",
          trouble: undefined,
        },
        {
          name: "world_bank",
          title: "The World Bank's monthly prices over https",
          stream: "prices",
          state: "off",
          records: 0,
          checkpoint: undefined,
          trouble: undefined,
        },
      ];
}

function letters(script: Script): Record<string, unknown>[] {
  return Array.from({ length: Math.min(20, script.letters) }, (_, index) => {
    const number = script.letters - index;
    const odd = number % 2 === 1;
    return {
      id: `dead_letters.0.${number}`,
      stream: "prices",
      stage: "check",
      cause: odd ? "FIELD_TYPE" : "NOT_JSON",
      received_at: `2026-11-21 09:0${number % 10}:17.25`,
      caller: "127.0.0.1",
      preview: odd
        ? `{"country":"Kenya","mkt_name":"Nairobi","DATES":"2026-13-01","o_rice":"a lot"}`
        : script.preview,
      reasons: odd
        ? [
            {
              code: "FIELD_TYPE",
              path: "/o_rice",
              message: 'o_rice must be a number, not "a lot"',
            },
            {
              code: "FIELD_FORMAT",
              path: "/DATES",
              message: "DATES must be a date like 2026-01-31",
            },
          ]
        : [{ code: "NOT_JSON", path: "", message: "The line is not JSON: unexpected c at 0" }],
    };
  });
}

function tail(script: Script, max: number): TailEvent[] {
  return Array.from({ length: Math.min(3, max) }, (_, index) => {
    const number = Math.floor(script.seconds) * 3 + index;
    const price = (120 + (number % 37) * 1.25).toFixed(2);
    return {
      stream: "prices",
      id: `prices.${number % 4}.${number}`,
      acceptedAt: toInstant(START + script.seconds * 1000),
      text: `{"country":"Kenya","mkt_name":"Nairobi","DATES":"2019-04-01","year":2019,"month":4,"o_rice":${price},"h_rice":128.5,"l_rice":118,"c_rice":126}`,
    };
  });
}

/** Understands the few statements that the charts ask, by their shape. */
function scriptedQuery(script: Script): Query {
  const run = (sql: string, options: QueryOptions = {}): Promise<ResultSet> => {
    if (!script.warehouseUp) {
      return Promise.reject(new Fault("WAREHOUSE_DOWN", { cause: "it is restarting" }));
    }
    if (!script.tableThere || script.empty) {
      return Promise.reject(new Fault("QUERY_FAILED", { cause: "Table prices does not exist" }));
    }
    const params = (options.params ?? []).map(String);
    const rows = sql.includes("GROUP BY") ? choices(params) : candles(params);
    return Promise.resolve({ columns: [], rows });
  };
  return {
    run,
    async *stream() {
      // The dashboard asks for no text.
    },
  };
}

function choices(params: readonly string[]): readonly (readonly Cell[])[] {
  const [country] = params;
  if (country === undefined) {
    return Object.entries(MARKETS).map(([name, { length }]) => [name, length * MONTHS]);
  }
  const values = params.length === 1 ? (MARKETS[country] ?? []) : ITEMS;
  return values.map((value, index) => [value, MONTHS - index]);
}

/** Newest first, as the charts ask. */
function candles(params: readonly string[]): readonly (readonly Cell[])[] {
  const seed = params.join("|").length;
  let price = 40 + (seed % 60);
  const rows = Array.from({ length: MONTHS }, (_, month): Cell[] => {
    const open = price;
    price = Math.max(5, open * (1 + 0.07 * Math.sin(month * 1.7 + seed) + 0.004));
    const high = Math.max(open, price) * 1.03;
    const low = Math.min(open, price) * 0.97;
    const date = new Date(Date.UTC(2007, month, 1)).toISOString().slice(0, 10);
    return [date, open, high, low, price].map((cell) =>
      typeof cell === "number" ? Math.round(cell * 100) / 100 : cell,
    );
  });
  return rows.toReversed();
}
