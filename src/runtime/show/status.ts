/** Puts what every stage says about itself into the one status. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toInstant, type Clock, type Instant } from "../../base/clock.ts";
import type { Plan } from "../../plan/plan.ts";
import type {
  DedupeMeter,
  DeliveryMeter,
  GatewayMeter,
  ModelMeter,
  StreamMeter,
  WarehouseMeter,
} from "../../seams/meter.ts";
import type { PipelineStatus, SourceStatus, StreamStatus } from "../../seams/status.ts";
import { LagMeter } from "./lag.ts";

/** What the parts say when asked; every answer is a plain read of memory. */
export interface StatusParts {
  readonly gateway: () => GatewayMeter;
  readonly dedupe: (name: string) => DedupeMeter;
  readonly stream: (name: string) => StreamMeter;
  readonly delivery: (name: string) => DeliveryMeter;
  readonly warehouse: (name: string) => WarehouseMeter;
  readonly models: () => readonly (ModelMeter & { readonly name: string })[];
  readonly sources: () => readonly SourceStatus[];
  readonly wireStreams: () => NonNullable<PipelineStatus["wireStreams"]>;
  readonly house: () => PipelineStatus["warehouse"];
  readonly books: () => PipelineStatus["books"];
  readonly disk: () => PipelineStatus["disk"];
  readonly keeper: () => PipelineStatus["keeper"];
}

export interface StatusOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly url: () => string;
  readonly data: string;
  readonly places: NonNullable<PipelineStatus["places"]>;
  readonly parts: StatusParts;
}

export const VERSION = readVersion();

/** Tells the status now; `note` must be called every tenth of a second or so for the lag to be exact. */
export class StatusBoard {
  readonly #options: StatusOptions;
  readonly #startedAt: Instant;
  readonly #lags: ReadonlyMap<string, LagMeter>;

  constructor(options: StatusOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#lags = new Map(options.plan.streams.map(({ name }) => [name, new LagMeter()]));
  }

  note(): void {
    const now = this.#options.clock.now();
    for (const [name, lag] of this.#lags) {
      lag.note(now, this.#options.parts.stream(name).records);
    }
  }

  read(): PipelineStatus {
    const { plan, clock, url, data, places, parts } = this.#options;
    return {
      pipeline: plan.name,
      planHash: plan.hash,
      version: VERSION,
      startedAt: this.#startedAt,
      now: clock.now(),
      url: url(),
      data,
      places,
      gateway: parts.gateway(),
      streams: plan.streams.map(({ name, table }) => this.#stream(name, table)),
      models: parts.models(),
      sources: parts.sources(),
      wireStreams: parts.wireStreams(),
      warehouse: parts.house(),
      books: parts.books(),
      memoryBytes: process.memoryUsage.rss(),
      disk: parts.disk(),
      keeper: parts.keeper(),
    };
  }

  #stream(name: string, table: string): StreamStatus {
    const { parts, clock } = this.#options;
    const stream = parts.stream(name);
    const warehouse = parts.warehouse(name);
    const now = clock.now();
    const lag = this.#lags.get(name);
    lag?.note(now, stream.records);
    return {
      name,
      table,
      dedupe: parts.dedupe(name),
      stream,
      delivery: parts.delivery(name),
      warehouse,
      onTheirWay: Math.max(0, stream.records - warehouse.records),
      lagMs: lag?.lagMs(toInstant(now), warehouse.records) ?? 0,
    };
  }
}

function readVersion(): string {
  const text = readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
