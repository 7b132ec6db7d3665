/** Processors as they were given → the steps in their order. */

import type { LambdaPlan } from "../../../../plan/plan.ts";
import type { LambdaStep, Steps, SubRecords } from "./destination.ts";
import type { GivenProcessing, GivenProcessor } from "./given.ts";
import { invalid } from "./refuse.ts";

interface StepsMeans {
  readonly functions: ReadonlyMap<string, LambdaPlan>;
  readonly dynamic: boolean;
}

const NONE: Steps = {
  gunzip: false,
  logMessages: false,
  subRecords: undefined,
  lambda: undefined,
  query: undefined,
  delimiter: undefined,
};

const MIB = 1_048_576;
const LAMBDA_BUFFER_MIB = { default: 1, min: 0.2, max: 3 };
const LAMBDA_SECONDS = { default: 60, min: 0, max: 900 };
const RETRIES_MAX = 100;
const DELIMITER_BYTES_MAX = 1024;

/** Throws InvalidArgumentException. */
export function toSteps(given: GivenProcessing | undefined, means: StepsMeans): Steps {
  if (given?.Enabled !== true) {
    return NONE;
  }
  const byType = new Map<string, GivenProcessor>();
  for (const processor of given.Processors ?? []) {
    if (byType.has(processor.Type)) {
      throw invalid(`Only one processor of type ${processor.Type} is allowed.`);
    }
    byType.set(processor.Type, processor);
  }
  const lambda = byType.get("Lambda");
  const query = byType.get("MetadataExtraction");
  if (query !== undefined && !means.dynamic) {
    throw invalid("The MetadataExtraction processor needs dynamic partitioning.");
  }
  const gunzip = byType.get("Decompression");
  if (gunzip !== undefined && parameter(gunzip, "CompressionFormat") !== "GZIP") {
    throw invalid("The Decompression processor needs the parameter CompressionFormat = GZIP.");
  }
  return {
    gunzip: gunzip !== undefined,
    logMessages: toLogMessages(byType.get("CloudWatchLogProcessing")),
    subRecords: toSubRecords(byType.get("RecordDeAggregation")),
    lambda: lambda && toLambda(lambda, means.functions),
    query: query && toQuery(query),
    delimiter: toDelimiter(byType.get("AppendDelimiterToRecord")),
  };
}

function parameter({ Parameters = [] }: GivenProcessor, name: string): string | undefined {
  return Parameters.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;
}

function toLogMessages(processor: GivenProcessor | undefined): boolean {
  if (processor === undefined) {
    return false;
  }
  if (parameter(processor, "DataMessageExtraction") !== "true") {
    throw invalid(
      "The CloudWatchLogProcessing processor needs the parameter DataMessageExtraction = true.",
    );
  }
  return true;
}

function toSubRecords(processor: GivenProcessor | undefined): SubRecords | undefined {
  if (processor === undefined) {
    return undefined;
  }
  const type = parameter(processor, "SubRecordType");
  if (type === "JSON") {
    return { kind: "json" };
  }
  const delimiter = parameter(processor, "Delimiter");
  const bytes = Buffer.from(delimiter ?? "", "base64");
  if (type !== "DELIMITED" || bytes.length === 0 || bytes.length > DELIMITER_BYTES_MAX) {
    throw invalid(
      "The RecordDeAggregation processor needs SubRecordType = JSON, or DELIMITED with a base64 Delimiter.",
    );
  }
  return { kind: "delimited", delimiter: bytes.toString("base64") };
}

/** `\n` may be written as the two characters that spell it. */
function toDelimiter(processor: GivenProcessor | undefined): string | undefined {
  if (processor === undefined) {
    return undefined;
  }
  const spelled = (parameter(processor, "Delimiter") ?? "\\n").replaceAll("\\n", "\n");
  return Buffer.from(spelled.replaceAll("\\t", "\t")).toString("base64");
}

function toQuery(processor: GivenProcessor): string {
  const query = parameter(processor, "MetadataExtractionQuery");
  if (query === undefined || parameter(processor, "JsonParsingEngine") !== "JQ-1.6") {
    throw invalid(
      "The MetadataExtraction processor needs MetadataExtractionQuery and JsonParsingEngine = JQ-1.6.",
    );
  }
  return query;
}

const FUNCTION = /^(?:arn:[^:]+:lambda:[^:]+:\d{12}:function:)?([a-zA-Z0-9-_]{1,140})(?::[^:]+)?$/;

function toLambda(
  processor: GivenProcessor,
  functions: ReadonlyMap<string, LambdaPlan>,
): LambdaStep {
  const arn = parameter(processor, "LambdaArn") ?? "";
  const name = FUNCTION.exec(arn)?.[1];
  const plan = name === undefined ? undefined : functions.get(name);
  if (plan === undefined) {
    const known = [...functions.keys()].join(", ") || "none";
    throw invalid(
      `Lambda function ${arn} does not exist here: name its handler's file under functions in pipeline.ts (there: ${known}).`,
    );
  }
  const retries = toNumber(processor, "NumberOfRetries", {
    default: plan.retries,
    min: 0,
    max: RETRIES_MAX,
  });
  const buffer = toNumber(processor, "BufferSizeInMBs", LAMBDA_BUFFER_MIB);
  const seconds = toNumber(processor, "BufferIntervalInSeconds", LAMBDA_SECONDS);
  return {
    arn,
    plan: { ...plan, retries: Math.trunc(retries), buffer: Math.round(buffer * MIB) },
    intervalMs: seconds * 1000,
  };
}

function toNumber(
  processor: GivenProcessor,
  name: string,
  bounds: { readonly default: number; readonly min: number; readonly max: number },
): number {
  const text = parameter(processor, name);
  if (text === undefined) {
    return bounds.default;
  }
  const value = Number(text);
  if (!Number.isFinite(value) || value < bounds.min || value > bounds.max) {
    throw invalid(`${name} must be a number from ${bounds.min} to ${bounds.max}, not ${text}.`);
  }
  return value;
}
