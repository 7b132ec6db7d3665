/** The public door: what a pipeline.ts imports. */

export { lambdaHandler } from "./define/lambda.ts";
export { defineEndpoint } from "./define/endpoint.ts";
export { definePipeline } from "./define/pipeline.ts";
export { defineSource } from "./define/source.ts";
export { fileSource } from "./define/sources/files.ts";
export { httpSource } from "./define/sources/http.ts";
export { kafkaSource } from "./define/sources/kafka.ts";
export { replaySource } from "./define/sources/replay.ts";
export { defineStream } from "./define/stream.ts";
export type {
  CandlestickDefinition,
  DeadLettersDefinition,
  DashboardDefinition,
  ModelsDefinition,
  PipelineDefinition,
} from "./define/pipeline.ts";
export type { DeployDefinition } from "./define/deploy.ts";
export type { EndpointDefinition, ParameterDefinition } from "./define/endpoint.ts";
export type { DeadLetterFix, LetterToFix } from "./define/fix.ts";
export type {
  CandlesPage,
  LinesPage,
  MeasureDefinition,
  OverviewPage,
  ReportDefinition,
  ReportPage,
} from "./define/report/report.ts";
export type { LambdaHandler } from "./define/lambda.ts";
export type { SourceBatch, SourceContext, SourceDefinition } from "./define/source.ts";
export type { FileSourceOptions } from "./define/sources/files.ts";
export type { HttpSourceOptions, Paging } from "./define/sources/http.ts";
export type { KafkaParts, KafkaSourceOptions } from "./define/sources/kafka.ts";
export type { ReplaySourceOptions } from "./define/sources/replay.ts";
export type {
  DeliverDefinition,
  Rule,
  StreamDefinition,
  TransformContext,
} from "./define/stream.ts";
