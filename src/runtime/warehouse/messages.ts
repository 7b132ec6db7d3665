/** What the main process and the warehouse's process say to each other. */

import type { Facts, FaultCode } from "../../base/faults.ts";
import type { AuditAnswer, AuditRequest } from "../../seams/audit.ts";
import type { KeeperMeter, ModelMeter, WarehouseMeter } from "../../seams/meter.ts";
import type { DeliveredObject } from "../../seams/objects.ts";
import type { Cell, ResultSet, RowFormat } from "../../seams/query.ts";
import type { LakePlace } from "../../stages/lake/index.ts";
import type { SnowflakeHouse } from "./open-house.ts";
import type { CutOfStream, DeadlyCut } from "../../stages/warehouse/index.ts";

/** What the process is given when it starts. */
export interface WarehouseAssignment {
  /** Absolute path of pipeline.ts, and the hash its plan must have. */
  readonly pipeline: string;
  readonly planHash: string;
  readonly lake: LakePlace;
  /** The database's file, or Snowflake; what opens that is read from the environment there, and stands in no message. */
  readonly warehouse: string;
  readonly house?: SnowflakeHouse | undefined;
  /** The cut on which former lives of the process ended again and again. */
  readonly deadly?: DeadlyCut | undefined;
}

/** Query options that a message can carry. */
export interface Asked {
  readonly params?: readonly Cell[];
  readonly rowsMax?: number;
  readonly timeoutMs?: number;
  readonly nested?: boolean;
  /** The SQL is over this object of the lake instead of the tables. */
  readonly over?: DeliveredObject;
}

export type NamedModelMeter = ModelMeter & { readonly name: string };

export type ToWarehouse =
  | { readonly kind: "run"; readonly id: number; readonly sql: string; readonly asked: Asked }
  | {
      readonly kind: "stream";
      readonly id: number;
      readonly sql: string;
      readonly format: RowFormat;
      readonly asked: Asked;
    }
  | { readonly kind: "audit"; readonly id: number; readonly request: AuditRequest }
  /** The reader has room for so many more chunks. */
  | { readonly kind: "credit"; readonly id: number; readonly chunks: number }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "wake"; readonly stream: string; readonly cut: number }
  | { readonly kind: "drain"; readonly id: number; readonly timeoutMs: number }
  | { readonly kind: "stop" };

export type FromWarehouse =
  | { readonly kind: "ready" }
  /** It cannot start; it ends after this. */
  | { readonly kind: "refused"; readonly code: FaultCode; readonly facts: Facts }
  | { readonly kind: "result"; readonly id: number; readonly result: ResultSet }
  | { readonly kind: "audited"; readonly id: number; readonly answer: AuditAnswer }
  | { readonly kind: "chunk"; readonly id: number; readonly text: string }
  | { readonly kind: "end"; readonly id: number }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly code: FaultCode;
      readonly facts: Facts;
    }
  | { readonly kind: "drained"; readonly id: number; readonly drained: boolean }
  /** A cut is about to be loaded, or undefined: that has ended. */
  | { readonly kind: "loading"; readonly cut: CutOfStream | undefined }
  | {
      readonly kind: "progress";
      readonly streams: readonly (WarehouseMeter & { readonly stream: string })[];
      readonly models: readonly NamedModelMeter[];
      readonly keeper: KeeperMeter;
    };

/** Chunks that may be on their way to a slow reader. */
export const STREAM_CREDIT = 4;
