/** Kinesis Data Streams as a service of the wire: its operations over the streams there are. */

import type { Clock } from "../../../base/clock.ts";
import type { WireStreamMeter } from "../../../seams/meter.ts";
import type { Operation, WireService } from "../../../wire/service.ts";
import { Catalog } from "./catalog/catalog.ts";
import type { StreamSource } from "./catalog/live-stream.ts";
import { deedOf } from "./deeds.ts";
import { invalidArgument } from "./faults.ts";
import { BEYOND_NAMES, MODEL } from "./model/model.ts";
import { nameOf, type StreamRef } from "./names.ts";
import type { Kinesis } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { Subscriptions } from "./records/subscriptions.ts";
import { Throttle } from "./records/throttle.ts";

export interface KinesisOptions {
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  /** File of what is kept of streams, and folder for the logs of streams made over the wire. */
  readonly path: string;
  readonly folder: string;
  /** The streams of the pipeline. */
  readonly streams: readonly StreamSource[];
  /** Holds shards to the managed service's rates. */
  readonly throttle: boolean;
  readonly subscriptionMs?: number;
}

export interface KinesisService extends WireService, AsyncDisposable {
  /** Forgets what is past retention in the streams made over the wire. */
  trim(): Promise<void>;
  /** What streams made over the wire say of themselves. */
  meters(): readonly WireStreamMeter[];
  /** Retention that was set over the wire for a stream of the pipeline. */
  retentionMs(stream: string): number | undefined;
  /** What a reader of a stream's log needs, in any thread; undefined when there is no such stream. */
  access(
    stream: string,
  ): { readonly folder: string; readonly shared: SharedArrayBuffer } | undefined;
}

const SUBSCRIPTION_MS = 300_000;
const HOUR_MS = 3_600_000;

/** Opens the logs of all streams made over the wire. */
export async function openKinesis(options: KinesisOptions): Promise<KinesisService> {
  const { clock, random, path, folder, streams } = options;
  const catalog = await Catalog.open({ clock, random, path, folder, pipeline: streams });
  const kinesis: Kinesis = {
    catalog,
    clock,
    random,
    throttle: options.throttle ? new Throttle() : undefined,
    subscriptions: new Subscriptions(clock),
    subscriptionMs: options.subscriptionMs ?? SUBSCRIPTION_MS,
  };
  return {
    targetPrefix: "Kinesis_20131202",
    signingName: "kinesis",
    deedOf,
    streamOf: (input: StreamRef) =>
      input.StreamName === undefined && input.StreamARN === undefined ? undefined : nameOf(input),
    operations: new Map([
      ...OPERATIONS.map((one) => [one.name, one.make(kinesis)] as const),
      ...BEYOND_NAMES.map((name) => [name, refused(name)] as const),
    ]),
    trim: () => catalog.trim(),
    meters() {
      const made = catalog.all().filter(({ source }) => source.pipeline === undefined);
      return made.map(({ name, log }) => {
        const { records, trouble } = log.meter();
        return { service: "Kinesis", name, records, trouble };
      });
    },
    retentionMs(stream) {
      const hours = catalog.peek(stream)?.facts.retentionHours;
      return hours === undefined ? undefined : hours * HOUR_MS;
    },
    access(stream) {
      const found = catalog.peek(stream);
      return found?.status === "DELETING" || found === undefined
        ? undefined
        : { folder: found.source.folder, shared: found.log.shared };
    },
    [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose](),
  };
}

function refused(name: string): Operation {
  return {
    input: MODEL.structure(`${name}Input`),
    output: undefined,
    run: () => {
      throw invalidArgument(`${name} is not offered here: there are no channels and no queues.`);
    },
  };
}
