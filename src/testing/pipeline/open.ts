/** Runs a pipeline as its user would, for a test: its processes, a free port, and a data folder of its own. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../base/faults.ts";
import { beginLife, type Life } from "./life.ts";

export interface TestPipelineOptions {
  /** Environment variables beside those of the test, such as the secret of a webhook. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the pipeline's own sources too; else only what the test sends comes in. */
  readonly sources?: boolean;
}

/** What became of one record, in the order sent. */
export interface SentRecord {
  readonly status: "accepted" | "rejected";
  readonly id?: string;
  readonly duplicate?: boolean;
  readonly dead_letter?: string;
  readonly reasons?: readonly {
    readonly code: string;
    readonly path: string;
    readonly message: string;
  }[];
}

export interface Sent {
  readonly count: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly records: readonly SentRecord[];
}

export interface TestPipeline extends AsyncDisposable {
  /** Where it listens, for requests beyond those below. */
  readonly url: string;
  /** Sends events, or lines of NDJSON, to a stream. */
  send(stream: string, events: object | readonly object[] | string): Promise<Sent>;
  /** Resolves when everything accepted so far is loaded and modelled. */
  drain(timeoutMs?: number): Promise<void>;
  /** Rows from the warehouse. */
  query<Row = Readonly<Record<string, unknown>>>(sql: string): Promise<readonly Row[]>;
  /** Stops it and deletes its data. */
  close(): Promise<void>;
}

const FOLDERS = "millrace-under-test-";
const READY_MS = 60_000;
const REQUEST_MS = 120_000;
const LOOK_MS = 25;

/** Starts the pipeline of `place`, the folder that holds its pipeline.ts or the file itself. */
export async function openTestPipeline(
  place: string,
  options: TestPipelineOptions = {},
): Promise<TestPipeline> {
  sweep(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), `${FOLDERS}${process.pid}-`));
  const flags = options.sources === true ? [] : ["--no-sources"];
  const args = ["start", place, "--data", join(folder, "data"), "--port", "0", "--json", ...flags];
  const clear = (): void =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  const life = beginLife({ args, env: options.env ?? {}, atLast: clear });
  const close = async (): Promise<void> => {
    await life.end();
    clear();
  };
  try {
    const until = AbortSignal.timeout(READY_MS);
    const url = await life.started(until);
    await untilReady(url, { life, until });
    return toPipeline(url, close);
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Removes what processes left that were killed: the folder's name tells whose it was. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(FOLDERS) ? Number.parseInt(name.slice(FOLDERS.length), 10) : 0;
    if (pid > 0 && !isAlive(pid)) {
      rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function untilReady(
  url: string,
  { life, until }: { readonly life: Life; readonly until: AbortSignal },
): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/readyz`, { signal: until }).catch(() => undefined);
    if (answer?.ok === true) {
      return;
    }
    life.check(until);
    await sleep(LOOK_MS);
  }
}

function toPipeline(url: string, close: () => Promise<void>): TestPipeline {
  return {
    url,
    send: async (stream, events) => {
      const path = `/v1/streams/${encodeURIComponent(stream)}/events`;
      return (await post(`${url}${path}`, toLines(events), "application/x-ndjson")) as Sent;
    },
    drain: async (timeoutMs = 30_000) => {
      const told = await post(`${url}/v1/drain`, JSON.stringify({ timeout_ms: timeoutMs }));
      if ((told as { drained?: boolean }).drained !== true) {
        throw failed(`not everything arrived in time: ${JSON.stringify(told)}`);
      }
    },
    query: async <Row>(sql: string) =>
      (await post(`${url}/v1/query`, JSON.stringify({ sql }))) as readonly Row[],
    close,
    [Symbol.asyncDispose]: close,
  };
}

function toLines(events: object | readonly object[] | string): string {
  if (typeof events === "string") {
    return events;
  }
  const all: readonly object[] = Array.isArray(events) ? (events as readonly object[]) : [events];
  return all.map((event) => `${JSON.stringify(event)}\n`).join("");
}

async function post(url: string, body: string, type = "application/json"): Promise<unknown> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": type },
    body,
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const said = (await answer.json()) as { error?: { message: string; remedy: string } };
  if (said.error !== undefined) {
    throw failed(said.error.message, said.error.remedy);
  }
  return said;
}

function failed(cause: string, remedy = "Look at what the test sent and asked."): Fault {
  return new Fault("TEST_PIPELINE_FAILED", { cause, remedy });
}
