/** Sends a run of rows through one channel until they are in the table, once each, whatever breaks on the way. */

import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Fault } from "../../../../base/faults.ts";
import { type Append, ChannelStale, type ChannelState, type Ingest } from "./ingest.ts";
import { hasReached, placeAfter, type Run } from "./token.ts";

const pack = promisify(gzip);

/** A row with its place in the run; the line is one JSON object without its line end. */
export interface PlacedRow {
  readonly place: number;
  readonly line: string;
}

export interface Sending {
  readonly ingest: Pick<Ingest, "open" | "append" | "state">;
  readonly run: Run;
  /** The run's rows behind a place, in ascending order; asked for again where the channel is opened again. */
  readonly rows: (after: number) => AsyncIterable<readonly PlacedRow[]>;
  /** Removes what of the run is in the table: a channel without a token knows nothing of it. */
  readonly forget: () => Promise<void>;
  /** For a refusal: what is sent, and for which table. */
  readonly object: string;
  readonly table: string;
  /** Bytes of a request's rows before they are packed. */
  readonly requestBytesMax?: number | undefined;
  readonly sleep?: ((ms: number) => Promise<unknown>) | undefined;
}

/** The service takes 4 MB a request as sent; packed text is no longer than plain, but for a few bytes. */
const PACKED_BYTES_MAX = 4_000_000;
const PLAIN_BYTES_MAX = 3_500_000;
/** So often in a row a channel is opened without that anything of the run arrives. */
const OPENS_MAX = 6;
const OPEN_MS = { first: 250, max: 10_000 } as const;
/** Rows are in the table within seconds; the service takes ten requests a second for each channel. */
const POLL_MS = { first: 150, max: 2000, factor: 1.5 } as const;
const COMMIT_MS = 300_000;
const WELL = new Set(["SUCCESS", "ACTIVE"]);

/** Throws STREAMING_TOKEN_UNEXPLAINED, LOAD_REFUSED, LOAD_FAILED, WAREHOUSE_DOWN, WAREHOUSE_LOGIN. */
export async function sendRows(sending: Sending): Promise<void> {
  const { run, sleep = pause } = sending;
  let reached = run.first - 1;
  for (let opens = 1; ; opens += 1) {
    try {
      const { state, continuation } = await sending.ingest.open(run.channel);
      const after = placeAfter(run, state.committed);
      opens = after > reached ? 1 : opens;
      reached = Math.max(reached, after);
      if (state.committed === undefined) {
        await sending.forget();
      }
      const last = await appendAll(sending, after, continuation);
      return last === undefined ? undefined : await committed(sending, last, state);
    } catch (thrown) {
      if (!(thrown instanceof ChannelStale)) {
        throw thrown;
      }
      if (opens >= OPENS_MAX) {
        const cause = `channel ${run.channel} is taken from us again and again: ${thrown.message}`;
        throw failed(sending, cause);
      }
      await sleep(Math.min(OPEN_MS.max, OPEN_MS.first * 2 ** (opens - 1)));
    }
  }
}

/** Gives the token of the last row; undefined where there was none to send. */
async function appendAll(
  sending: Sending,
  after: number,
  continuation: string,
): Promise<string | undefined> {
  const { ingest, run } = sending;
  let shown = continuation;
  let last: string | undefined;
  for await (const chunk of chunksOf(sending.rows(after), sending.requestBytesMax)) {
    const append = { continuation: shown, ...(await packed(sending, chunk)) };
    // Sent again where no answer came: the continuation token makes a repeat of what was taken stale.
    shown = await ingest.append(run.channel, append);
    last = append.last;
  }
  return last;
}

async function* chunksOf(
  rows: AsyncIterable<readonly PlacedRow[]>,
  bytesMax: number = PLAIN_BYTES_MAX,
): AsyncGenerator<readonly PlacedRow[]> {
  let chunk: PlacedRow[] = [];
  let bytes = 0;
  for await (const some of rows) {
    for (const row of some) {
      const more = Buffer.byteLength(row.line) + 1;
      if (chunk.length > 0 && bytes + more > bytesMax) {
        yield chunk;
        [chunk, bytes] = [[], 0];
      }
      chunk.push(row);
      bytes += more;
    }
  }
  if (chunk.length > 0) {
    yield chunk;
  }
}

async function packed(
  { object, table }: Sending,
  chunk: readonly PlacedRow[],
): Promise<Omit<Append, "continuation">> {
  const text = chunk.map(({ line }) => `${line}\n`).join("");
  const bytes = new Uint8Array(await pack(text));
  const [first, last] = [String(chunk[0]?.place), String(chunk.at(-1)?.place)];
  if (bytes.length > PACKED_BYTES_MAX) {
    const cause = `the row at ${first} is ${bytes.length} B packed, and Snowpipe Streaming takes ${PACKED_BYTES_MAX} B a request`;
    throw new Fault("LOAD_REFUSED", { object, table, cause });
  }
  return { first, last, packed: bytes };
}

/** An append that was answered was only taken: the rows are there when their token is. */
async function committed(sending: Sending, last: string, opened: ChannelState): Promise<void> {
  const { ingest, run, sleep = pause } = sending;
  let waited = 0;
  for (let waitMs: number = POLL_MS.first; ;) {
    const state = await ingest.state(run.channel);
    if (state.refused > opened.refused) {
      const rows = state.refused - opened.refused;
      throw failed(sending, `the pipe refused ${rows} row(s): ${state.refusal}`);
    }
    if (hasReached(state.committed, last)) {
      return;
    }
    if (!WELL.has(state.code)) {
      throw new ChannelStale(state.code);
    }
    if (waited >= COMMIT_MS) {
      throw failed(sending, `rows sent to ${run.channel} are not in the table after ${waited} ms`);
    }
    await sleep(waitMs);
    waited += waitMs;
    waitMs = Math.min(POLL_MS.max, Math.round(waitMs * POLL_MS.factor));
  }
}

function failed({ object, table }: Sending, cause: string): Fault {
  return new Fault("LOAD_FAILED", { object, table, cause });
}
