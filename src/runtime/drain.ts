/** Moves everything accepted so far to its row and its models, or says what is stuck. */

import type { PipelineStatus, StreamStatus } from "../seams/status.ts";
import type { Back } from "./back.ts";
import type { Remote } from "./remote/open-remote.ts";
import type { DrainAnswer } from "./journey.ts";

export interface DrainOptions {
  readonly back: Back;
  readonly remote: Remote | undefined;
  readonly status: () => PipelineStatus;
  readonly timeoutMs: number;
}

/** Cuts what waits, then waits until all of it is loaded and modelled. */
export async function drain(options: DrainOptions): Promise<DrainAnswer> {
  const { back, remote, status, timeoutMs } = options;
  const began = performance.now();
  const left = (): number => Math.max(0, timeoutMs - (performance.now() - began));
  const drained =
    ((await remote?.arrived(left())) ?? true) &&
    (await back.delivery.flush(left())) &&
    (await back.warehouse.drain(left()));
  const tookMs = Math.round(performance.now() - began);
  const { streams, models, warehouse } = status();
  const asides = streams.flatMap(passedOver);
  if (drained) {
    return { drained, tookMs, stuck: asides };
  }
  const stuck = [
    ...(warehouse.up ? [] : ["the warehouse is down and restarting"]),
    ...streams.flatMap(stuckStream),
    ...asides,
    ...models.flatMap(stuckModel),
  ];
  return { drained, tookMs, stuck: stuck.length > 0 ? stuck : ["it ran out of time"] };
}

function stuckStream({ name, onTheirWay, stream, delivery, warehouse }: StreamStatus): string[] {
  if (onTheirWay === 0) {
    return [];
  }
  const trouble = delivery.trouble ?? warehouse.trouble ?? stream.trouble;
  return [`${onTheirWay} record(s) of ${name} are on their way${why(trouble)}`];
}

/** What no load can take is not waited for, and is told all the same. */
function passedOver({ name, warehouse }: StreamStatus): string[] {
  const { aside = [], trouble } = warehouse;
  return aside.length === 0
    ? []
    : [`${aside.length} object(s) of ${name} are not loaded${why(trouble)}`];
}

/** A model whose file is not right knows of no load: its trouble is all there is to tell. */
function stuckModel({
  name,
  load,
  newestLoad,
  trouble,
}: PipelineStatus["models"][number]): string[] {
  if (load < newestLoad) {
    return [`model ${name} waits at load ${load} of ${newestLoad}${why(trouble)}`];
  }
  return trouble === undefined ? [] : [`model ${name} does not run${why(trouble)}`];
}

function why(trouble: { readonly message: string } | undefined): string {
  return trouble === undefined ? "" : `: ${trouble.message}`;
}
