/** What Snowflake says of a pipe of the managed form: its state, what it copied, what lies there, what the table has. */

import { type Instant, toInstant } from "../../../../base/clock.ts";
import { Fault } from "../../../../base/faults.ts";
import { quoteText } from "../../../../base/snowflake-text.ts";
import type { CopiedFile, ListedFile, PipeState } from "../../../../seams/pipe.ts";
import type { Cell } from "../../../../seams/query.ts";
import { rowsOf, type Running, type Transport } from "../client/transport.ts";

/** Names as they stand in SQL. */
export interface PipeNames {
  readonly pipe: string;
  readonly table: string;
  /** Stage and prefix from which it copies: `@DB.RAW.DATA/prices/`. */
  readonly from: string;
}

const RUNNING: Running = { timeoutMs: 600_000 };
/** COPY_HISTORY goes no further back. */
const HISTORY_DAYS = 14;

/** Throws WAREHOUSE_DOWN, WAREHOUSE_LOGIN, QUERY_FAILED. */
export async function readPipeStatus(transport: Transport, pipe: string): Promise<PipeState> {
  const [[text] = []] = await ask(transport, `SELECT SYSTEM$PIPE_STATUS(${quoteText(pipe)})`);
  const said = toRecord(text);
  const execution = said["executionState"];
  const error = said["error"] ?? said["fault"];
  const loadedAt = Date.parse(String(said["lastIngestedTimestamp"]));
  return {
    execution: typeof execution === "string" ? execution : "UNKNOWN",
    pending: Number(said["pendingFileCount"] ?? 0),
    refreshes: Number(said["pendingHistoryRefreshJobsCount"] ?? 0),
    lastLoadAt: Number.isNaN(loadedAt) ? undefined : toInstant(loadedAt),
    error: typeof error === "string" && error !== "" ? error : undefined,
  };
}

/** A file that was tried again is told by its last try. */
export async function readCopies(
  transport: Transport,
  { table, from }: PipeNames,
): Promise<readonly CopiedFile[]> {
  const rows = await ask(
    transport,
    `SELECT FILE_NAME, STATUS, ROW_COUNT, ROW_PARSED, ERROR_COUNT, FIRST_ERROR_MESSAGE
    FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => ${quoteText(table)},
      START_TIME => DATEADD(DAY, -${HISTORY_DAYS}, CURRENT_TIMESTAMP())))
    QUALIFY ROW_NUMBER() OVER (PARTITION BY FILE_NAME ORDER BY LAST_LOAD_TIME DESC) = 1`,
  );
  return rows.map(([file, status, count, parsed, errors, first]) => ({
    file: fromStage(String(file), from),
    status: String(status),
    rows: Number(count ?? 0),
    parsed: Number(parsed ?? 0),
    errors: Number(errors ?? 0),
    firstError: typeof first === "string" && first !== "" ? first : undefined,
  }));
}

/** LIST names objects with their bucket, METADATA$FILENAME without. */
export async function readObjects(
  transport: Transport,
  { from }: PipeNames,
): Promise<readonly ListedFile[]> {
  const rows = await ask(transport, `LIST ${from}`);
  return rows.map((row) => {
    // Between name and time stand size and hashes, of which there are one or two.
    const [name, modified] = [row[0], row.at(-1)];
    const at = Date.parse(String(modified));
    if (Number.isNaN(at)) {
      throw new Fault("QUERY_FAILED", { cause: `LIST gives ${String(modified)} as a time` });
    }
    return {
      file: String(name).replace(/^s3:\/\/[^/]+\//, ""),
      modifiedAt: toInstant(at),
    };
  });
}

/** Rows of the table by the object that they came in. */
export async function readHeld(
  transport: Transport,
  { table }: PipeNames,
): Promise<ReadonlyMap<string, number>> {
  const rows = await ask(transport, `SELECT _object, COUNT(*) FROM ${table} GROUP BY _object`);
  return new Map(rows.map(([object, count]) => [String(object), Number(count)]));
}

/**
 * Queues what was staged since: the pipe's own history and the table's keep what is loaded from being loaded twice.
 * Meant for once, not for regular use, and reaches seven days back.
 */
export async function refreshPipe(
  transport: Transport,
  pipe: string,
  since: Instant,
): Promise<number> {
  const after = quoteText(new Date(since).toISOString());
  const rows = await ask(transport, `ALTER PIPE ${pipe} REFRESH MODIFIED_AFTER = ${after}`);
  return rows.length;
}

async function ask(transport: Transport, sql: string): Promise<readonly (readonly Cell[])[]> {
  return await rowsOf(await transport.ask(sql, RUNNING));
}

/** COPY_HISTORY names files from the stage's own path on; our stages are whole buckets. */
function fromStage(file: string, from: string): string {
  const prefix = from.slice(from.indexOf("/") + 1);
  return file.startsWith(prefix) ? file : `${prefix}${file}`;
}

function toRecord(text: Cell | undefined): Readonly<Record<string, unknown>> {
  try {
    const said: unknown = JSON.parse(String(text));
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
