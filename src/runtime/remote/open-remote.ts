/** The streams of a pipeline on Kinesis: what puts events there, and what brings them into this machine's logs. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { KinesisAddress } from "../../base/address.ts";
import type { Clock } from "../../base/clock.ts";
import type { Fault } from "../../base/faults.ts";
import { DEAD_LETTERS, isEngineStream, type StreamName } from "../../base/record.ts";
import type { LookAtSource } from "../../books/index.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import type { Appender } from "../../seams/append.ts";
import type { Trouble } from "../../seams/meter.ts";
import type { Registry } from "../../seams/registry.ts";
import { openLake, openRegistry } from "../../stages/lake/index.ts";
import type { LogReader } from "../../stages/stream/index.ts";
import {
  fence,
  Intake,
  LeaseBook,
  type Marks,
  openMarks,
  openRemoteAppender,
  openRemoteStream,
  type Pump,
  type RemoteAppender,
  readTestament,
  startPump,
  tellOfItself,
  type Testament,
} from "../../stages/stream/remote/index.ts";
import { sleep } from "../sleep.ts";
import { openKeep } from "./keep.ts";
import { lookAtStream, marksFile } from "./source-books.ts";

export interface RemoteOptions {
  readonly plan: Plan;
  readonly address: KinesisAddress;
  /** The data folder, and what it is known by to other processes. */
  readonly root: string;
  readonly me: string;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Machine and data folder, and what is not lost with them. */
  readonly testament: Testament;
  /** A process whose data folder is lost, and whose claims this one takes over. */
  readonly takeOver: string | undefined;
  /** Called when another has taken over this one's. */
  readonly fenced: (fault: Fault) => void;
}

/** The logs that events come into. */
export interface RemoteLogs {
  log(stream: string): Appender;
  reader(stream: StreamName): Promise<LogReader>;
}

export interface Remote extends AsyncDisposable {
  /** Undefined for the engine's own streams, which stay on this machine. */
  appender(stream: string): Appender | undefined;
  trouble(stream: string): Trouble | undefined;
  /** What the books ask of a stream; undefined for the engine's own. */
  look(stream: StreamName, logs: RemoteLogs): LookAtSource | undefined;
  /** Brings events into the logs until the answer is disposed of. */
  start(logs: RemoteLogs): AsyncDisposable;
  /** True once all that this process has put and reads itself is in the logs; false when that took longer. */
  arrived(timeoutMs: number): Promise<boolean>;
}

/** A dead process's shards are read by others after this. */
const LEASE_MS = 15_000;
/** Kinesis allows five reads a second of each shard, for all readers together. */
const POLL_MS = 250;
const LOOK_MS = 20;

interface Lane {
  readonly stream: StreamPlan;
  readonly remote: Awaited<ReturnType<typeof openRemoteStream>>;
  readonly appender: RemoteAppender;
  pump: Pump | undefined;
}

/**
 * Throws STREAM_UNREACHABLE when a stream is not there, DRIVER_MISSING, what opening the leases' lake throws, and
 * STREAM_FENCED, STREAM_READER_ALIVE and STREAM_READER_UNKNOWN about who takes over whose claims.
 */
export async function openRemote(options: RemoteOptions): Promise<Remote> {
  const { plan, address, root, clock } = options;
  await using opening = new AsyncDisposableStack();
  const marks = opening.use(openMarks(marksFile(root)));
  const registry = await openLeases(options, opening);
  const lanes = new Map<string, Lane>();
  for (const stream of plan.streams.filter(({ name }) => !isEngineStream(name))) {
    const remote = opening.use(await openRemoteStream(address, stream.name));
    // A name that is wrong is better told now than with the first event.
    await remote.shards();
    await settleHeirs(options, registry, stream.name);
    const appender = openRemoteAppender({ remote, clock, sleep: (ms) => sleep(ms, NEVER) });
    lanes.set(stream.name, { stream, remote, appender: opening.use(appender), pump: undefined });
  }
  return new OpenRemote({ options, marks, registry, lanes, open: opening.move() });
}

async function settleHeirs(
  { address, me, testament, takeOver, clock }: RemoteOptions,
  registry: Registry,
  name: string,
): Promise<void> {
  const about = { registry, stream: `${address.prefix}${name}`, now: clock.now() };
  await tellOfItself(about, me, testament);
  if (takeOver !== undefined) {
    await fence(about, takeOver, me);
  }
}

const NEVER = new AbortController().signal;

/** In the data folder, unless several processes share the streams and agree elsewhere. */
async function openLeases(
  { address, root }: RemoteOptions,
  opening: AsyncDisposableStack,
): Promise<Registry> {
  const { leases = { kind: "folder", folder: join(root, "leases") } } = address;
  if (leases.kind === "folder") {
    await mkdir(join(leases.folder, ".tmp"), { recursive: true });
  }
  // Of what is shared nothing may be cleared away: another process may be writing there.
  const place = { address: leases, scratch: join(root, "fetched") };
  const lake = opening.use(await openLake({ place, writes: false }));
  return openRegistry(lake.store);
}

interface Parts {
  readonly options: RemoteOptions;
  readonly marks: Marks;
  readonly registry: Registry;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly open: AsyncDisposableStack;
}

class OpenRemote implements Remote {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  appender(stream: string): Appender | undefined {
    return this.#parts.lanes.get(stream)?.appender;
  }

  trouble(stream: string): Trouble | undefined {
    return this.#parts.lanes.get(stream)?.pump?.trouble;
  }

  look(stream: StreamName, logs: RemoteLogs): LookAtSource | undefined {
    const remote = this.#parts.lanes.get(stream)?.remote;
    const { marks } = this.#parts;
    const reader = (name: StreamName): Promise<LogReader> => logs.reader(name);
    return remote && lookAtStream(stream, remote, { marks, reader });
  }

  start(logs: RemoteLogs): AsyncDisposable {
    const lanes = [...this.#parts.lanes.values()];
    for (const lane of lanes) {
      lane.pump = this.#startPump(lane, logs);
    }
    return {
      async [Symbol.asyncDispose]() {
        await Promise.all(lanes.map(async ({ pump }) => await pump?.[Symbol.asyncDispose]()));
      },
    };
  }

  async arrived(timeoutMs: number): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    const lanes = [...this.#parts.lanes.values()];
    const open = lanes.map(({ appender, pump }) => ({ pump, due: new Map(appender.stored) }));
    const all = (): boolean => open.every(({ pump, due }) => pump?.hasReached(due) ?? true);
    while (!all()) {
      if (performance.now() >= until) {
        return false;
      }
      await sleep(LOOK_MS, NEVER);
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.open.disposeAsync();
  }

  #startPump({ stream, remote }: Lane, logs: RemoteLogs): Pump {
    const { options, marks, registry } = this.#parts;
    const { clock, me, log, fenced } = options;
    const { name } = stream;
    const events = logs.log(name);
    const keep = openKeep({ stream, events, letters: logs.log(DEAD_LETTERS), clock });
    const intake = new Intake({
      stream: name,
      marks,
      keep,
      openEvents: () => logs.reader(name),
      openLetters: () => logs.reader(DEAD_LETTERS),
    });
    const waits = { leaseMs: LEASE_MS, pollMs: POLL_MS };
    const shared = `${options.address.prefix}${name}`;
    const book = new LeaseBook({ registry, stream: shared, me, clock, leaseMs: LEASE_MS });
    const world = { clock, sleep, log, fenced };
    const testament = (reader: string): ReturnType<typeof readTestament> =>
      readTestament(registry, shared, reader);
    return startPump({ remote, book, intake, marks, testament, ...waits, ...world });
  }
}
