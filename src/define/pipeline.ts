/** What a user writes for a whole pipeline: one value, exported as default from pipeline.ts. */

import type { DeployDefinition } from "./deploy.ts";
import type { LambdaHandler } from "./lambda.ts";
import type { AccessDefinition, WebhookDefinition } from "./access.ts";
import type { EndpointDefinition } from "./endpoint.ts";
import type { ReportDefinition } from "./report/report.ts";
import type { AnySourceDefinition } from "./source.ts";
import type { StreamDefinition } from "./stream.ts";

/** SQL files of a folder, run in the order of their references. */
export interface ModelsDefinition {
  /** Folder of *.sql, relative to pipeline.ts. */
  readonly folder: string;
  /** Texts that `{{ name }}` in the files stands for: SQL that is better made by a loop than by hand. */
  readonly snippets?: Readonly<Record<string, string>>;
}

/** Open, high, low and close over time for one choice of the slicers. */
export interface CandlestickDefinition {
  readonly kind: "candlestick";
  readonly title: string;
  readonly table: string;
  /** Columns of the table. */
  readonly time: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** Columns a viewer chooses one value of each; every chart shows one choice, so unlike things never mix. */
  readonly slicers: readonly string[];
}

export interface DashboardDefinition {
  readonly charts: readonly CandlestickDefinition[];
}

/** Where the records that the door set aside lie in the lake. */
export interface DeadLettersDefinition {
  /** Folder, with Firehose's !{timestamp:…}; `errors/rejected/` by the hour when left out. */
  readonly prefix?: string;
  /** A document of its own for each record, `….json`; else many to an object, as NDJSON. */
  readonly documents?: boolean;
}

export interface PipelineDefinition {
  /** 1-64 of a-z 0-9 -, beginning with a letter. */
  readonly name: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each stream has an event type of its own
  readonly streams: Readonly<Record<string, StreamDefinition<any, any>>>;
  /**
   * Lambda functions by name, as files: a delivery stream made over the wire names one as its processor,
   * `arn:aws:lambda:…:function:NAME`.
   */
  readonly functions?: Readonly<Record<string, LambdaHandler>>;
  readonly sources?: Readonly<Record<string, AnySourceDefinition>>;
  /** Requests of other services that are signed: POST /v1/webhooks/NAME. */
  readonly webhooks?: Readonly<Record<string, WebhookDefinition>>;
  /** Who may come in beside the holders of keys. */
  readonly access?: AccessDefinition;
  readonly deadLetters?: DeadLettersDefinition;
  /** Read APIs: each answers at `/` and its name. */
  readonly endpoints?: Readonly<Record<string, EndpointDefinition>>;
  /** The folder, or the folder with snippets. */
  readonly models?: string | ModelsDefinition;
  readonly dashboard?: DashboardDefinition;
  /** The report that `millrace export powerbi` writes; left out, it shows what the models make. */
  readonly report?: ReportDefinition;
  /** The managed form: what `millrace plan` and `millrace deploy` make. */
  readonly deploy?: DeployDefinition;
}

export function definePipeline(pipeline: PipelineDefinition): PipelineDefinition {
  return pipeline;
}
