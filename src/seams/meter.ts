/** every stage → runtime. The numbers each stage keeps about itself, read by status, metrics and dashboard. */

import type { Instant } from "../base/clock.ts";

/** Why a stage is not getting on, for people; undefined when it is. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly since: Instant;
  readonly attempts: number;
}

export interface GatewayMeter {
  readonly requests: number;
  /** Records answered as accepted; `duplicates` of them were known already and not appended again. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly refusedBusy: number;
  readonly bytes: number;
  readonly inFlightBytes: number;
  /** Undefined where the port speaks without TLS. */
  readonly tls?: TlsMeter | undefined;
}

export interface TlsMeter {
  /** When the certificate in use ends. */
  readonly endsAt: Instant;
  /** Why the files were not taken when they were read again; the certificate before stays in use. */
  readonly trouble: Trouble | undefined;
}

/** The window in which a stream's door knows a repeated event. */
export interface DedupeMeter {
  /** 0 when the door keeps no window. */
  readonly windowMs: number;
  readonly idsMax: number;
  /** Ids held now. */
  readonly ids: number;
  /** Repeats answered with the first receipt, since the start. */
  readonly duplicates: number;
  /** Why the window does not reach back as far as it should. */
  readonly trouble: Trouble | undefined;
}

export interface StreamMeter {
  /** Records and bytes ever made durable, by this log over all its lives. */
  readonly records: number;
  readonly bytes: number;
  /** Bytes the log holds on disk now. */
  readonly diskBytes: number;
  readonly shards: readonly { readonly shard: number; readonly records: number }[];
  readonly commits: number;
  readonly trouble: Trouble | undefined;
}

export interface DeliveryMeter {
  /** Cuts stored and announced, with the records and bytes they hold, over all lives. */
  readonly cuts: number;
  readonly records: number;
  readonly dropped: number;
  readonly failed: number;
  readonly bytes: number;
  /** Records read from the stream that are not in a stored cut yet. */
  readonly pending: number;
  readonly trouble: Trouble | undefined;
}

/** A cut that no load could take: later ones are loaded past it, and it is tried again now and then. */
export interface CutAside {
  readonly cut: number;
  /** Name of its object, or of its manifest where that cannot be read. */
  readonly object: string;
  /** Records of the stream that it covers, 0 where its manifest cannot be read. */
  readonly records: number;
  readonly code: string;
  readonly cause: string;
  readonly attempts: number;
  readonly at: Instant;
}

export interface WarehouseMeter {
  /** Newest cut of the stream that is loaded or set aside, rows of its table, and rows that the load set aside. */
  readonly cut: number;
  /** Records of the stream that the cuts up to there cover: the sum of their manifests' `records`. */
  readonly records: number;
  readonly rows: number;
  readonly setAside: number;
  /** Cuts that are set aside whole, by number; left out where there are none. */
  readonly aside?: readonly CutAside[] | undefined;
  readonly lastLoadMs: number;
  readonly trouble: Trouble | undefined;
}

/** What keeps the lake in order, in this life of its process. */
export interface KeeperMeter {
  /** Packs made, the objects put into them, and the packs' bytes. */
  readonly packs: number;
  readonly objects: number;
  readonly bytes: number;
  readonly trouble: Trouble | undefined;
}

/** A stream that somebody made over the wire, of whichever service of AWS; nobody loads what is in it. */
export interface WireStreamMeter {
  readonly service: "Kinesis" | "Firehose";
  readonly name: string;
  /** Of Kinesis those ever made durable, of Firehose those that this life has delivered. */
  readonly records: number;
  readonly trouble: Trouble | undefined;
}

export interface ModelMeter {
  /** Streams whose new rows it takes in by load; none for a model that is rebuilt whole. */
  readonly streams: readonly string[];
  readonly runs: number;
  readonly rows: number;
  /** Newest load the model has taken in, and the newest it could. */
  readonly load: number;
  readonly newestLoad: number;
  readonly lastRunMs: number;
  readonly trouble: Trouble | undefined;
}
