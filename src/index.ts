/** The public door: what a pipeline.ts imports. */

export { lambdaHandler } from "./define/lambda.ts";
export { defineEndpoint } from "./define/endpoint.ts";
export { definePipeline } from "./define/pipeline.ts";
export { defineSource } from "./define/source.ts";
export { fileSource } from "./define/sources/files.ts";
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
export type { LambdaHandler } from "./define/lambda.ts";
export type { SourceBatch, SourceContext, SourceDefinition } from "./define/source.ts";
export type { FileSourceOptions } from "./define/sources/files.ts";
export type {
  DeliverDefinition,
  Rule,
  StreamDefinition,
  TransformContext,
} from "./define/stream.ts";
