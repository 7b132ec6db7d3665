/** runtime → CLI, dashboard. The journey in one value: what /v1/status answers and the dashboard's feed carries. */

import type { Instant } from "../base/clock.ts";
import type {
  DedupeMeter,
  DeliveryMeter,
  GatewayMeter,
  KeeperMeter,
  ModelMeter,
  StreamMeter,
  Trouble,
  WarehouseMeter,
  WireStreamMeter,
} from "./meter.ts";

export interface StreamStatus {
  readonly name: string;
  readonly table: string;
  readonly dedupe: DedupeMeter;
  readonly stream: StreamMeter;
  readonly delivery: DeliveryMeter;
  readonly warehouse: WarehouseMeter;
  /** Accepted records whose rows cannot be queried yet. */
  readonly onTheirWay: number;
  /** Age of the oldest of them, ms; 0 when there is none. */
  readonly lagMs: number;
}

export interface SourceStatus {
  readonly name: string;
  readonly title: string;
  readonly stream: string;
  readonly state: "running" | "waiting" | "done" | "failed" | "off";
  readonly records: number;
  readonly checkpoint: string | undefined;
  /** How far it is, for people. */
  readonly progress?: string | undefined;
  /** What it has yet to bring, for people; undefined where it cannot know. */
  readonly lag?: string | undefined;
  /** What its owner should know and need not mend: how text was read, what was passed over. The newest. */
  readonly notes?: readonly string[];
  readonly trouble: Trouble | undefined;
}

export type BooksState = "BALANCED" | "SHORT" | "OVER" | "UNVERIFIED";

export interface PipelineStatus {
  readonly pipeline: string;
  readonly planHash: string;
  readonly version: string;
  readonly startedAt: Instant;
  readonly now: Instant;
  readonly url: string;
  readonly data: string;
  /** Where lake, stream and warehouse are, `embedded` or an address. */
  readonly places?: {
    readonly lake: string;
    readonly stream: string;
    readonly warehouse: string;
  };
  readonly gateway: GatewayMeter;
  /** The user's streams, and last the engine's own: `dead_letters` and `dead_letter_moves`. */
  readonly streams: readonly StreamStatus[];
  readonly models: readonly (ModelMeter & { readonly name: string })[];
  readonly sources: readonly SourceStatus[];
  /** Streams made over the wire, which no definition names. */
  readonly wireStreams?: readonly WireStreamMeter[];
  readonly warehouse: { readonly up: boolean; readonly restarts: number };
  /** The newest closing of the books, undefined before the first. */
  readonly books: { readonly state: BooksState; readonly at: Instant } | undefined;
  readonly memoryBytes: number;
  /** What the data folder takes of its disk, looked at now and then; undefined before the first look. */
  readonly disk?: DiskUse | undefined;
  /** What puts small objects together and removes old ones; undefined where nothing does. */
  readonly keeper?: KeeperMeter | undefined;
}

export interface DiskPart {
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
}

export interface DiskUse {
  readonly at: Instant;
  readonly parts: readonly DiskPart[];
  readonly freeBytes: number;
  readonly volumeBytes: number;
}
