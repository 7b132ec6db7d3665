/** What the main thread and the delivery thread say to each other. */

import type { FaultCode, Facts } from "../../base/faults.ts";
import type { Position } from "../../seams/consume.ts";
import type { DeliveryMeter } from "../../seams/meter.ts";
import type { Footprint, PoisonedRecord } from "../../stages/delivery/index.ts";
import type { LakePlace } from "../../stages/lake/index.ts";

/** What the thread is given when it starts. */
export interface DeliveryAssignment {
  /** Absolute path of pipeline.ts, and the hash its plan must have. */
  readonly pipeline: string;
  readonly planHash: string;
  readonly lake: LakePlace;
  /** File of the cut journal. */
  readonly journal: string;
  readonly logs: readonly {
    readonly stream: string;
    readonly folder: string;
    readonly shared: SharedArrayBuffer;
  }[];
  /** Where the thread marks the record whose transform runs; streams go by their place in `logs`. */
  readonly mark: SharedArrayBuffer;
  /** File in which the thread tells the next process on which records it is, and those of them that are suspected. */
  readonly trail: string;
  readonly suspect: Footprint | undefined;
  /** Records on which former lives of the thread ended. */
  readonly poisoned: readonly PoisonedRecord[];
}

export interface StreamProgress {
  readonly stream: string;
  readonly meter: DeliveryMeter;
  readonly delivered: Position | undefined;
}

export type ToDelivery =
  | { readonly kind: "flush"; readonly id: number }
  | { readonly kind: "stop" };

export type FromDelivery =
  | { readonly kind: "ready" }
  /** It cannot start; it ends after this. */
  | { readonly kind: "refused"; readonly code: FaultCode; readonly facts: Facts }
  | { readonly kind: "progress"; readonly streams: readonly StreamProgress[] }
  | { readonly kind: "announced"; readonly stream: string; readonly cut: number }
  | { readonly kind: "flushed"; readonly id: number; readonly delivered: boolean };
