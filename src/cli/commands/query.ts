/** millrace query "SQL": asks the warehouse, through the running pipeline or in its file when none runs. */

import type { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import type { RowFormat } from "../../seams/query.ts";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { needSuccess, readChunks } from "../reach/ask.ts";
import { findPipeline } from "../reach/find-pipeline.ts";
import { paintFor } from "../show/paint.ts";
import { showRows } from "../show/rows.ts";

interface QueryOptions extends CommonOptions {
  readonly csv?: boolean;
  readonly ndjson?: boolean;
}

/** A query may be silent for long before its first row; the pipeline has a time-out of its own. */
const SILENCE_MS = 330_000;

export function queryCommand(around: Surroundings): Command {
  return askingCommand("query", "Ask the warehouse in SQL; reads only.")
    .argument("<sql>", "the query, in quotes")
    .option("--csv", "print CSV with a header line")
    .option("--ndjson", "print one JSON object per row")
    .action(async (sql: string, options: QueryOptions) => {
      around.finish(await query(sql, options, around));
    });
}

async function query(sql: string, options: QueryOptions, around: Surroundings): Promise<ExitCode> {
  const { world } = around;
  const wanted = formatOf(options);
  if (sql.trim() === "") {
    throw new Fault("USAGE", { cause: "The query is empty.", command: "millrace query" });
  }
  const text = decoded(await rowsOf(sql, { options, format: wanted ?? "ndjson" }, around));
  if (wanted === undefined) {
    const count = await showRows(text, world.stdout, paintFor(world.stdout, world.env));
    if (count === 0) {
      await world.stdout.write("No rows.\n");
    }
    return EXIT.ok;
  }
  let last = "\n";
  for await (const part of text) {
    await world.stdout.write(part);
    last = part === "" ? last : part;
  }
  if (!last.endsWith("\n")) {
    await world.stdout.write("\n");
  }
  return EXIT.ok;
}

function formatOf({ json, csv, ndjson }: QueryOptions): RowFormat | undefined {
  const asked = (["json", "csv", "ndjson"] as const).filter(
    (_, index) => [json, csv, ndjson][index] === true,
  );
  if (asked.length > 1) {
    const cause = `--${asked.join(" and --")} cannot both be meant.`;
    throw new Fault("USAGE", { cause, command: "millrace query" });
  }
  return asked[0];
}

interface Wanted {
  readonly options: CommonOptions;
  readonly format: RowFormat;
}

/** From the running pipeline; when nothing answers and there is a data folder, from its files. */
async function rowsOf(
  sql: string,
  { options, format }: Wanted,
  { doors }: Surroundings,
): Promise<AsyncIterable<Buffer | string>> {
  const { url, data } = findPipeline(options);
  try {
    if (url !== undefined) {
      const question = { method: "POST", path: "/v1/query", json: { sql, format } } as const;
      return readChunks(url, await needSuccess(url, { ...question, silenceMsMax: SILENCE_MS }));
    }
  } catch (thrown) {
    const absent = thrown instanceof Fault && thrown.code === "NOT_RUNNING";
    if (!absent || data === undefined) {
      throw thrown;
    }
  }
  if (data === undefined) {
    throw new Fault("NOT_RUNNING", { url: `the data folder ${options.data ?? ""}` });
  }
  const { queryOffline } = await doors.offline();
  return queryOffline(data, sql, format);
}

async function* decoded(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    yield typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}
