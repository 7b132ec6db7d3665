/** The delivery thread of a simulated pipeline: the real delivery and lake, on the modelled disk. */

import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Timers } from "../../base/timers.ts";
import type { Front } from "../../runtime/front.ts";
import { BlockPool, type Delivery, openDelivery } from "../../stages/delivery/index.ts";
import { openLake } from "../../stages/lake/index.ts";
import { openStreamReader } from "../../stages/stream/index.ts";
import type { Life } from "../../testing/simulated/schedule.ts";
import type { JournalFile } from "../journal.ts";
import type { World } from "../world.ts";
import { LAKE, watchFor } from "./front.ts";

export interface DeliveryProcess extends AsyncDisposable {
  readonly streams: ReadonlyMap<string, Delivery>;
}

export interface DeliveryMeans {
  readonly front: Front;
  readonly journal: JournalFile;
  readonly announced: (stream: string, cut: number) => void;
}

/** Blocks go from run to run, and are of the size of a run's objects: what a killed process had is lost. */
const pool = new BlockPool(33_554_432, 16_384);

export async function openDeliveryProcess(
  world: World,
  life: Life,
  { front, journal: file, announced }: DeliveryMeans,
): Promise<DeliveryProcess> {
  const { plan, clock, chance, schedule, replace } = world;
  await using opening = new AsyncDisposableStack();
  const timers = schedule.timersOf(life);
  const disk = replace.disk(world.disk.of(life), world, life);
  const uuid = (): string => chance.uuid();
  const lake = opening.use(await openLake({ place: LAKE, writes: true, disk, uuid }));
  const journal = replace.journal(opening.use(file.open(world, life)), world);
  const streams = new Map<string, Delivery>();
  for (const stream of plan.streams) {
    const access = { ...front.access(stream.name), stream: stream.name };
    const watch = watchFor(world, life);
    const reader = opening.use(await openStreamReader({ ...access, disk, timers, watch }));
    const delivery = openDelivery({
      pipeline: plan.name,
      planHash: plan.hash,
      stream,
      reader,
      store: replace.store(lake.store, world),
      announcements: replace.publisher(lake.announcements, world),
      journal,
      clock,
      elapsed: () => timers.elapsed(),
      random: () => chance.next(),
      uuid,
      sleep: (ms, signal) => sleep(timers, ms, signal),
      pool,
      announced,
      compress: async (chunks, compression) => compressNow(Buffer.concat(chunks), compression),
    });
    streams.set(stream.name, opening.use(delivery));
  }
  watchTrouble(world, life, streams);
  const open = opening.move();
  return { streams, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

function sleep(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    forget();
    signal.removeEventListener("abort", done);
    resolve();
  };
  const forget = timers.after(signal.aborted ? 0 : ms, done);
  signal.addEventListener("abort", done);
  return promise;
}

/** Compression on threads would end when it likes. */
function compressNow(bytes: Buffer, compression: string): readonly Uint8Array[] {
  switch (compression) {
    case "gzip":
      return [gzipSync(bytes, { level: 1 })];
    case "zstd":
      return [zstdCompressSync(bytes)];
    default:
      return [bytes];
  }
}

const LOOK_MS = 500;

/** Delivery tries again for ever; what it must never meet is told once. */
function watchTrouble(world: World, life: Life, streams: ReadonlyMap<string, Delivery>): void {
  const look = (): void => {
    for (const [stream, delivery] of streams) {
      const { trouble } = delivery.meter();
      if (trouble !== undefined) {
        world.tellTrouble(`delivery ${stream}`, trouble);
      }
    }
    timers.after(LOOK_MS, look);
  };
  const timers = world.schedule.timersOf(life);
  timers.after(LOOK_MS, look);
}
