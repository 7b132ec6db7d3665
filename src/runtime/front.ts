/** The front half of a pipeline: the logs, the checks before them, and the one way in that clients and sources share. */

import { randomBytes, randomUUID } from "node:crypto";
import { defined } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../base/limits.ts";
import { DEAD_LETTERS, isEngineStream, type StreamName } from "../base/record.ts";
import type { Plan, StreamPlan } from "../plan/plan.ts";
import { systemTimers, type Timers } from "../base/timers.ts";
import { openChecker } from "../stages/check/index.ts";
import { openIngest, type CountedIngest, type StreamDoor } from "../stages/gateway/index.ts";
import {
  openStream,
  openStreamReader,
  type LogReader,
  type Stream,
} from "../stages/stream/index.ts";
import { Gates } from "./backlog/gates.ts";
import type { DataPaths } from "./data-folder.ts";
import type { Remote } from "./remote/open-remote.ts";
import { openWindows, type Windows } from "./identity/windows.ts";

export interface Front extends AsyncDisposable {
  readonly ingest: CountedIngest;
  /** A new unique text, for requests. */
  readonly newId: () => string;
  /** Names of the streams that clients may post to. */
  readonly doors: readonly string[];
  log(stream: string): Stream;
  /** What a reader in another thread needs. */
  access(stream: string): { readonly folder: string; readonly shared: SharedArrayBuffer };
  reader(stream: StreamName): Promise<LogReader>;
  /** What the doors know of repeats. */
  readonly windows: Windows;
  /** Which doors are shut, and why. */
  readonly gates: Gates;
  /** Tells that a stream has another number of open shards from now on. */
  resharded(stream: string): void;
}

/** What a front is made with; a simulation brings its own disk, time and chance. */
export interface FrontParts {
  readonly openStream: typeof openStream;
  readonly openStreamReader: typeof openStreamReader;
  readonly openChecker: typeof openChecker;
  readonly randomBytes: (count: number) => Buffer;
  readonly randomUUID: () => string;
  readonly timers: Timers;
}

const PARTS: FrontParts = {
  openStream,
  openStreamReader,
  openChecker,
  randomBytes,
  randomUUID,
  timers: systemTimers,
};

export interface FrontOptions {
  readonly plan: Plan;
  readonly paths: DataPaths;
  readonly clock: Clock;
  /** Where events are put first, when that is not the log. */
  readonly remote?: Remote | undefined;
  readonly parts?: FrontParts;
}

/** Opens every log, repairing torn tails. Throws STREAM_CORRUPT, STREAM_FORMAT_UNKNOWN. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { plan, paths, clock, remote, parts = PARTS } = options;
  const random = parts.randomBytes;
  await using opening = new AsyncDisposableStack();
  const logs = new Map<string, Stream>();
  for (const { name, shards } of plan.streams) {
    const folder = paths.stream(name);
    const log = await parts.openStream({ folder, stream: name, shards, clock, random });
    logs.set(name, opening.use(log));
  }
  const log = (stream: string): Stream => defined(logs.get(stream), "every stream has its log");
  const users = plan.streams.filter(({ name }) => !isEngineStream(name));
  const access: Front["access"] = (stream) => ({
    folder: paths.stream(stream),
    shared: log(stream).shared,
  });
  const reader: Front["reader"] = (stream) => parts.openStreamReader({ stream, ...access(stream) });
  const { timers } = parts;
  const around = { plan, clock, log, openReader: reader, random, timers };
  const windows = opening.use(await openWindows(around));
  const gates = new Gates();
  const newId = requestIds(parts.randomUUID);
  const means = { log, windows, gates, remote, parts };
  const streams = new Map<string, StreamDoor>(
    users.map((stream) => [stream.name, openDoor(stream, means)]),
  );
  const ingest = openIngest({
    streams,
    deadLetters: log(DEAD_LETTERS),
    clock,
    newId,
  });
  const open = opening.move();
  return {
    ingest,
    newId,
    doors: users.map(({ name }) => name),
    log,
    access,
    reader,
    windows,
    gates,
    resharded(name) {
      const stream = users.find((one) => one.name === name);
      // Keys are hashed only where there is a choice of shards: the door is made anew for the number there is.
      if (stream !== undefined) {
        streams.set(name, openDoor(stream, means));
      }
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

interface DoorMeans extends Pick<Front, "log" | "windows" | "gates">, Pick<FrontOptions, "remote"> {
  readonly parts: FrontParts;
}

function openDoor(
  stream: StreamPlan,
  { log, windows, gates, remote, parts }: DoorMeans,
): StreamDoor {
  const { name, id } = stream;
  const appender = log(name);
  // They may have been split or merged since the definition was written.
  const shards = appender.shards.filter((row) => !row.closed).length;
  return {
    // Kinesis has shards of its own, and there the key decides whatever this log has.
    checker: parts.openChecker({
      ...stream,
      shards: remote === undefined ? shards : LIMITS.shardsMax,
    }),
    appender: remote?.appender(name) ?? appender,
    named: id !== undefined,
    refusal: () => gates.refusal(name),
    // Who else puts events there is not known at this door; the models tell repeats by their ids.
    window: remote === undefined ? windows.of(name) : undefined,
  };
}

/** Unique over all lives of the pipeline: a random part per life, then a counter. */
function requestIds(uuid: () => string): () => string {
  const life = uuid().slice(0, 13);
  let next = 0;
  return () => {
    next += 1;
    return `${life}-${next.toString(36)}`;
  };
}
