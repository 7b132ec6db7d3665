/** How a cut's objects come to where a script of statements reads them. */

import type { StreamPlan } from "../../../../plan/plan.ts";
import type { Manifest } from "../../../../seams/announce.ts";
import type { LocalObjects } from "../../warehouse.ts";
import type { Running, Transport } from "../client/transport.ts";
import { type StagePlace, toStage } from "../stage.ts";
import { copiedFrom, type Staging } from "./read-object.ts";

export interface CutToBring {
  readonly transport: Transport;
  readonly running: Running;
  readonly stream: StreamPlan;
  readonly manifest: Manifest;
  readonly objects: LocalObjects;
  /** Whether it comes in its turn, to be loaded: else once more, or late, or only to be looked at. */
  readonly inTurn: boolean;
}

/** A cut that is there; disposed of when its script has run, whatever came of that. */
export interface Brought extends AsyncDisposable {
  readonly staging: Staging;
  /** Whether CSV stands in the plan's order, not in its header's. */
  readonly planned: boolean;
  /** Statements of the transaction that takes the rows: what was brought is then no longer needed. */
  readonly taken: readonly string[];
}

export interface Way {
  /** Makes what it needs; may be repeated. Throws WAREHOUSE_CANNOT where there is no way, ADDRESS_INVALID. */
  prepare(transport: Transport, running: Running): Promise<void>;
  /** Throws LOAD_FAILED, LOAD_REFUSED, STREAMING_TOKEN_UNEXPLAINED, WAREHOUSE_DOWN, WAREHOUSE_LOGIN. */
  bring(cut: CutToBring): Promise<Brought>;
}

/** Snowflake fetches objects by itself, through a stage over the lake. */
export function stageWay(place: StagePlace, address: string): Way {
  return {
    async prepare(transport, running) {
      const { statements } = toStage(place, address);
      if (statements.length > 0) {
        await transport.script(statements, running);
      }
    },
    async bring() {
      return {
        staging: copiedFrom(toStage(place, address).name),
        planned: false,
        taken: [],
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}
