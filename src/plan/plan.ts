/** The Plan: every field present, names resolved, references checked, frozen, hashed. */

import type { Column, StreamName } from "../base/record.ts";
import type {
  bufferFields,
  backlogFields,
  dedupeFields,
  deliverFields,
  driftFields,
  lambdaFields,
  lakeFields,
  SettledOf,
  streamFields,
} from "../define/fields.ts";
import type { awsFields } from "../define/deploy.ts";
import type { snowflakeFields } from "../define/snowflake-fields.ts";
import type { AccessDefinition } from "../define/access.ts";
import type { endpointFields, parameterFields } from "../define/endpoint-fields.ts";
import type { DashboardDefinition } from "../define/pipeline.ts";
import type { Rule, TransformContext } from "../define/stream.ts";
import type { ReportPlan } from "./report/plan-report.ts";
import type { WebhookPlan } from "./plan-access.ts";
import type { SourcePlan } from "./sources/source-plan.ts";

export type JsonSchema = { readonly [key: string]: unknown };

/** Fields joined by "|" (readable from the bytes), or a function of the parsed event. */
export type Derived =
  | { readonly kind: "fields"; readonly fields: readonly string[] }
  | { readonly kind: "function"; readonly of: (event: unknown) => string };

/** A Lambda handler's file and how it is called. */
export interface LambdaPlan extends SettledOf<typeof lambdaFields> {
  /** Absolute path. */
  readonly file: string;
  /** Hash of the file's text: another text gives other rows. */
  readonly code: string;
}

export interface DeliverPlan extends SettledOf<typeof deliverFields> {
  readonly buffer: SettledOf<typeof bufferFields>;
  readonly transform: ((event: unknown, context: TransformContext) => unknown) | undefined;
  /** In place of `transform`: a handler that runs in a thread of its own. */
  readonly lambda: LambdaPlan | undefined;
}

export interface StreamPlan extends SettledOf<typeof streamFields> {
  readonly name: StreamName;
  /** JSON Schema 2020-12 of one event: an object; unknown fields are judged by `drift`, not by it. */
  readonly schema: JsonSchema;
  readonly schemaVersion: string;
  /** The event's fields in the schema's order, as columns. */
  readonly fields: readonly Column[];
  /** The row's columns: the transform's, or the event's fields. */
  readonly row: readonly Column[];
  /** JSON Schema of the transform's result; undefined when rows are events. */
  readonly rowSchema: JsonSchema | undefined;
  readonly key: Derived | undefined;
  readonly id: Derived | undefined;
  readonly rules: readonly Rule<unknown>[];
  readonly dedupe: SettledOf<typeof dedupeFields>;
  readonly backlog: SettledOf<typeof backlogFields>;
  readonly drift: SettledOf<typeof driftFields>;
  readonly deliver: DeliverPlan;
  readonly lake: SettledOf<typeof lakeFields>;
  readonly table: string;
}

export interface ModelsPlan {
  /** Absolute folder. */
  readonly folder: string;
  readonly snippets: Readonly<Record<string, string>>;
}

export type ParameterType = SettledOf<typeof parameterFields>["type"];

export interface ParameterPlan extends SettledOf<typeof parameterFields> {
  readonly name: string;
  readonly column: string;
  readonly doc: string;
  readonly default: string | number | boolean | undefined;
  readonly required: boolean;
  readonly many: boolean;
  readonly values: readonly (string | number)[] | "data" | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** A read API: what it reads, what it may be asked, what it may cost. */
export interface EndpointPlan extends SettledOf<typeof endpointFields> {
  readonly name: string;
  readonly path: string;
  readonly doc: string;
  readonly from:
    | { readonly kind: "table"; readonly table: string }
    | { readonly kind: "select"; readonly select: string }
    | { readonly kind: "lake"; readonly stream: string };
  readonly columns: readonly string[] | undefined;
  readonly order: readonly string[] | undefined;
  readonly parameters: readonly ParameterPlan[];
}

export interface Plan {
  readonly name: string;
  /** Over everything that changes what rows come out; functions count by their source text. */
  readonly hash: string;
  /** Absolute path of pipeline.ts. */
  readonly file: string;
  /** The user's streams, and last the engine's own: dead letters, and what became of them. */
  readonly streams: readonly StreamPlan[];
  /** Lambda functions by name. */
  readonly functions: Readonly<Record<string, LambdaPlan>>;
  readonly sources: Readonly<Record<string, SourcePlan>>;
  /** Not hashed: who may send changes no row. */
  readonly webhooks: Readonly<Record<string, WebhookPlan>>;
  readonly access: AccessDefinition;
  readonly endpoints: readonly EndpointPlan[];
  readonly models: ModelsPlan | undefined;
  readonly dashboard: DashboardDefinition;
  /** Not hashed: who looks changes no row. */
  readonly report: ReportPlan | undefined;
  /** How its managed form is sized; no part of the hash, since it changes no row. */
  readonly deploy: DeployPlan;
}

export interface DeployPlan {
  readonly aws: SettledOf<typeof awsFields>;
  readonly snowflake: SettledOf<typeof snowflakeFields>;
}

/** One thing wrong with a definition: where, what, and what to do. */
export interface Problem {
  /** Path in the definition: `streams.prices.deliver.buffer.size`. */
  readonly path: string;
  readonly says: string;
  readonly remedy: string;
}
