/** What the CLI asks of the runtime. It is imported only when it is needed, so that other commands start fast. */

import { Fault } from "../base/faults.ts";
import type {
  ConformanceRow,
  Deployed,
  DeployOptions,
  Destroyed,
  DestroyOptions,
  Forecast,
  TargetPlan,
  Workload,
} from "../deploy/index.ts";
import type { Plan } from "../plan/plan.ts";
import type { TableShape } from "../plan/report/table-shape.ts";
import type { BenchOptions, BenchResult } from "../runtime/bench/bench.ts";
import type { DoctorOptions } from "../runtime/doctor/doctor.ts";
import type { Finding } from "../runtime/doctor/finding.ts";
import type { ManagedPipe, ManagedPlace } from "../runtime/managed/look.ts";
import type { ManagedOptions } from "../runtime/managed/verify-managed.ts";
import type { Measured } from "../runtime/rehearse/measure.ts";
import type { RehearseOptions } from "../runtime/rehearse/rehearse.ts";
import type { Reading, ReadingOptions } from "../runtime/reading/start-reading.ts";
import type { Rebuilt, RebuildOptions } from "../runtime/rebuild/rebuild.ts";
import type { Replayed, ReplayOptions } from "../runtime/rebuild/replay.ts";
import type { StartOptions, Started } from "../runtime/start.ts";
import type { Keys } from "../seams/keys.ts";
import type { RunResult, SeedsOptions } from "../simulate/index.ts";
import type { ManagedStatus } from "../seams/pipe.ts";
import type { RowFormat } from "../seams/query.ts";
import type { Verification } from "../seams/verify.ts";

interface StartDoor {
  readonly startPipeline: (options: StartOptions) => Promise<Started>;
}

interface OfflineDoor {
  readonly queryOffline: (dataDir: string, sql: string, format: RowFormat) => AsyncIterable<string>;
  readonly verifyOffline: (
    dataDir: string,
    options: { readonly pipeline: string | undefined; readonly deep: boolean },
  ) => Promise<Verification>;
}

interface RebuildDoor {
  readonly rebuildWarehouse: (options: RebuildOptions) => Promise<Rebuilt>;
}

interface ReplayDoor {
  readonly replayStream: (options: ReplayOptions) => Promise<Replayed>;
}

interface DeployDoor {
  readonly deployAws: (options: DeployOptions) => Promise<Deployed>;
  readonly destroyAws: (options: DestroyOptions) => Promise<Destroyed>;
  readonly planTarget: (plan: Plan, out: string) => Promise<TargetPlan>;
  readonly untestedOf: (plan: Plan) => readonly ConformanceRow[];
  readonly forecast: (plan: Plan, workloads: readonly Workload[]) => Forecast;
}

interface RehearseDoor {
  readonly rehearse: (options: RehearseOptions) => Promise<readonly Measured[]>;
}

interface DoctorDoor {
  readonly examine: (options: DoctorOptions) => Promise<readonly Finding[]>;
}

interface BenchDoor {
  readonly measure: (options: BenchOptions) => Promise<BenchResult>;
}

interface ReadingDoor {
  readonly startReading: (options: ReadingOptions) => Promise<Reading>;
}

interface DescribeDoor {
  readonly describeTables: (plan: Plan) => Promise<readonly TableShape[]>;
}

interface KeysDoor {
  readonly offlineKeys: (dataDir: string) => Keys;
  readonly strayOffline: (dataDir: string, scopes: readonly string[]) => string | undefined;
}

export interface ManagedDoor {
  readonly statusManaged: (place: ManagedPlace) => Promise<ManagedStatus>;
  readonly verifyManaged: (options: ManagedOptions) => Promise<Verification>;
  readonly pipesOf: (plan: Plan, database?: string) => readonly ManagedPipe[];
}

interface SimulateDoor {
  readonly runSeeds: (options: SeedsOptions) => Promise<readonly RunResult[]>;
}

/** How the runtime is reached; a test may hand in its own. */
export interface Doors {
  start(): Promise<StartDoor>;
  offline(): Promise<OfflineDoor>;
  rebuild(): Promise<RebuildDoor>;
  replay(): Promise<ReplayDoor>;
  deploy(): Promise<DeployDoor>;
  rehearse(): Promise<RehearseDoor>;
  keys(): Promise<KeysDoor>;
  bench(): Promise<BenchDoor>;
  reading(): Promise<ReadingDoor>;
  describe(): Promise<DescribeDoor>;
  doctor(): Promise<DoctorDoor>;
  managed(): Promise<ManagedDoor>;
  simulate(): Promise<SimulateDoor>;
}

export const runtimeDoors: Doors = {
  start: async () => await import("../runtime/start.ts"),
  offline: async () => await import("../runtime/offline.ts"),
  rebuild: async () => await import("../runtime/rebuild/rebuild.ts"),
  replay: async () => await import("../runtime/rebuild/replay.ts"),
  deploy: async () => await loadDeploy(),
  rehearse: async () => await import("../runtime/rehearse/rehearse.ts"),
  keys: async () => await import("../runtime/access/offline.ts"),
  describe: async () => await import("../runtime/describe/describe.ts"),
  doctor: async () => await import("../runtime/doctor/doctor.ts"),
  managed: async () => ({
    ...(await import("../runtime/managed/status-managed.ts")),
    ...(await import("../runtime/managed/verify-managed.ts")),
    // By itself: of all that deploys, names need no CDK.
    ...(await import("../deploy/snowflake/pipes.ts")),
  }),
  bench: async () => await import("../runtime/bench/bench.ts"),
  reading: async () => await import("../runtime/reading/start-reading.ts"),
  simulate: async () => await import("../simulate/index.ts"),
};

/** The CDK is large and needed by whoever deploys only: it may not be there. */
async function loadDeploy(): Promise<DeployDoor> {
  try {
    return await import("../deploy/index.ts");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") {
      const tool = "aws-cdk-lib constructs esbuild";
      throw new Fault("DEPLOY_TOOL_MISSING", { tool, wanted: "a deploy to AWS" }, thrown);
    }
    throw thrown;
  }
}
