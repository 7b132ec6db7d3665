/** Writes the made-up data set to a file or to standard output: `node examples/food-market/generate.ts --help`. */

import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { DEFAULT_SEED, marketsFor, openGenerator } from "./generator.ts";

const HELP = `node examples/food-market/generate.ts [--rows N] [--seed S] [--format csv|ndjson] [--out FILE]

  --rows N       rows to write (21000)
  --seed S       whole number of up to 64 bits; the same seed writes the same bytes (${DEFAULT_SEED})
  --format F     csv with a header line, or ndjson (csv)
  --markets N    markets to spread the rows over (as many as give N rows over all 197 months)
  --dirt         adds two broken records among the first hundred
  --out FILE     where to write, gzipped when it ends in .gz (standard output)
`;

const OPTIONS = {
  rows: { type: "string", default: "21000" },
  seed: { type: "string", default: String(DEFAULT_SEED) },
  format: { type: "string", default: "csv" },
  markets: { type: "string" },
  dirt: { type: "boolean", default: false },
  out: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

export interface Wanted {
  readonly rows: number;
  readonly seed: bigint;
  readonly format: "csv" | "ndjson";
  readonly markets: number;
  readonly dirt: boolean;
  readonly out: string | undefined;
}

/** What the arguments ask for, a sentence about what is wrong with them, or "help". */
export function toWanted(args: readonly string[]): Wanted | string {
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: OPTIONS }));
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  if (values.help) {
    return "help";
  }
  const rows = toCount(values.rows, 0);
  const markets = values.markets === undefined ? undefined : toCount(values.markets, 1);
  const { format, dirt, out } = values;
  if (rows === undefined || (values.markets !== undefined && markets === undefined)) {
    return "--rows and --markets take whole numbers.";
  }
  if (!/^\d{1,20}$/.test(values.seed) || BigInt(values.seed) >= 2n ** 64n) {
    return "--seed takes a whole number below 2^64.";
  }
  if (format !== "csv" && format !== "ndjson") {
    return "--format is csv or ndjson.";
  }
  const enough = markets ?? marketsFor(rows);
  if (marketsFor(rows) > enough) {
    return `${enough} markets have fewer than ${rows} rows; ${marketsFor(rows)} have enough.`;
  }
  return { rows, seed: BigInt(values.seed), format, markets: enough, dirt, out };
}

function toCount(text: string, least: number): number | undefined {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  return count !== undefined && count >= least ? count : undefined;
}

const PIECE = 500;

/** The text of a data set in pieces of some hundred rows. */
export function* pieces({ rows, format, ...how }: Wanted): IterableIterator<string> {
  const made = openGenerator(how);
  const records = Math.min(made.records, rows + (made.records - made.rows));
  if (format === "csv") {
    yield made.csv(0, 0);
  }
  for (let from = 0; from < records; from += PIECE) {
    const to = Math.min(records, from + PIECE);
    yield format === "csv" ? made.csvLines(from, to) : made.ndjson(from, to);
  }
}

async function main(): Promise<void> {
  const wanted = toWanted(process.argv.slice(2));
  if (typeof wanted === "string") {
    const help = wanted === "help";
    (help ? process.stdout : process.stderr).write(help ? HELP : `${wanted}\n\n${HELP}`);
    process.exitCode = help ? 0 : 2;
    return;
  }
  const { out } = wanted;
  const source = Readable.from(pieces(wanted), { objectMode: true, highWaterMark: 4 });
  if (out === undefined) {
    await pipeline(source, process.stdout);
  } else if (out.endsWith(".gz")) {
    await pipeline(source, createGzip({ level: 6 }), createWriteStream(out));
  } else {
    await pipeline(source, createWriteStream(out));
  }
}

if (import.meta.main) {
  await main().catch((thrown: unknown) => {
    const closed = (thrown as { code?: unknown }).code === "EPIPE";
    if (!closed) {
      process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    }
    process.exitCode = closed ? 0 : 1;
  });
}
