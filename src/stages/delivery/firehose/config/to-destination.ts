/** From a destination as it was given to one with everything settled; what AWS refuses, and what this lake cannot, is refused. */

import type { Column } from "../../../../base/record.ts";
import type { LambdaPlan } from "../../../../plan/plan.ts";
import { parsePrefix, type Piece } from "../../../../plan/prefix/parse-prefix.ts";
import { checkEvaluated, printPrefix } from "../../../../plan/prefix/prefix.ts";
import { isTimeZone } from "../../../../plan/prefix/zone.ts";
import { toObjectName } from "../../../../base/object-name.ts";
import { PACKINGS } from "../pack/pack.ts";
import type { Destination, Output } from "./destination.ts";
import type { GivenExtendedS3, GivenS3 } from "./given.ts";
import { invalid } from "./refuse.ts";
import { toConversion } from "./to-conversion.ts";
import { toSteps } from "./to-steps.ts";

/** What names in a destination may refer to. */
export interface Surroundings {
  /** Lambda functions by name. */
  readonly functions: ReadonlyMap<string, LambdaPlan>;
  /** Columns of the pipeline's tables, which stand in for a Glue catalogue's. */
  readonly tables: ReadonlyMap<string, readonly Column[]>;
}

const MIB = 1_048_576;
const SIZE_DEFAULT_MIB = 5;
const CONVERTED_SIZE_MIB = { default: 128, min: 64 };
const INTERVAL_DEFAULT_S = 300;
const PARTITIONED_INTERVAL_MIN_S = 60;

export function sizeDefaultMiB({ DataFormatConversionConfiguration }: GivenExtendedS3): number {
  return isOn(DataFormatConversionConfiguration) ? CONVERTED_SIZE_MIB.default : SIZE_DEFAULT_MIB;
}

export function isOn(setting: { readonly Enabled?: boolean } | undefined): boolean {
  return setting !== undefined && setting.Enabled !== false;
}

/** Throws InvalidArgumentException. */
export function toDestination(given: GivenExtendedS3, around: Surroundings): Destination {
  const dynamic = given.DynamicPartitioningConfiguration?.Enabled === true;
  const steps = toSteps(given.ProcessingConfiguration, { ...around, dynamic });
  const conversion = toConversion(given.DataFormatConversionConfiguration, around);
  const { sizeBytes, intervalMs } = toHints(given, {
    dynamic,
    converted: conversion !== undefined,
  });
  if (conversion !== undefined && (given.CompressionFormat ?? "UNCOMPRESSED") !== "UNCOMPRESSED") {
    throw invalid(
      "CompressionFormat must be UNCOMPRESSED when data format conversion is enabled; the output serializer compresses.",
    );
  }
  const plain = toOutput(given);
  const extension =
    given.FileExtension || (conversion === undefined ? plain.extension : ".parquet");
  const output = { ...plain, extension };
  checkExtension(output);
  checkKeys(output.prefix, { dynamic, ...steps });
  if (given.S3BackupMode === "Enabled" && given.S3BackupConfiguration === undefined) {
    throw invalid("S3BackupConfiguration must be given when S3BackupMode is Enabled.");
  }
  const backup =
    given.S3BackupMode === "Enabled" && given.S3BackupConfiguration !== undefined
      ? toOutput(given.S3BackupConfiguration)
      : undefined;
  if (backup !== undefined) {
    checkKeys(backup.prefix, { dynamic: false, query: undefined, lambda: undefined });
  }
  return { output, sizeBytes, intervalMs, steps, dynamic, conversion, backup };
}

function toHints(
  given: GivenExtendedS3,
  { dynamic, converted }: { readonly dynamic: boolean; readonly converted: boolean },
): { sizeBytes: number; intervalMs: number } {
  const { SizeInMBs: size, IntervalInSeconds: interval } = given.BufferingHints ?? {};
  if (given.BufferingHints !== undefined && (size === undefined || interval === undefined)) {
    throw invalid("BufferingHints needs both SizeInMBs and IntervalInSeconds.");
  }
  if (converted && (size ?? CONVERTED_SIZE_MIB.default) < CONVERTED_SIZE_MIB.min) {
    throw invalid(
      `BufferingHints.SizeInMBs must be at least ${CONVERTED_SIZE_MIB.min} when data format conversion is enabled.`,
    );
  }
  if (dynamic && (interval ?? INTERVAL_DEFAULT_S) < PARTITIONED_INTERVAL_MIN_S) {
    throw invalid(
      `BufferingHints.IntervalInSeconds must be at least ${PARTITIONED_INTERVAL_MIN_S} when dynamic partitioning is enabled.`,
    );
  }
  return {
    sizeBytes: (size ?? sizeDefaultMiB(given)) * MIB,
    intervalMs: (interval ?? INTERVAL_DEFAULT_S) * 1000,
  };
}

function toOutput(given: GivenS3 & { readonly CustomTimeZone?: string }): Output {
  const { Prefix: prefix = "", CompressionFormat: compression = "UNCOMPRESSED" } = given;
  const timeZone = given.CustomTimeZone || "UTC";
  if (!isTimeZone(timeZone)) {
    throw invalid(`CustomTimeZone ${timeZone} is not a time zone.`);
  }
  const errorPrefix = given.ErrorOutputPrefix || undefined;
  checkText(prefix, "prefix");
  if (prefix.includes("!{") && errorPrefix === undefined) {
    throw invalid("ErrorOutputPrefix must be given when Prefix has expressions.");
  }
  if (errorPrefix !== undefined) {
    const errors = checkText(errorPrefix, "errorPrefix");
    const typed = errors.some(({ kind }) => kind === "error-type");
    if (errorPrefix.includes("!{") && !typed) {
      throw invalid(
        "ErrorOutputPrefix with expressions must have !{firehose:error-output-type} in it.",
      );
    }
  }
  return { prefix, errorPrefix, timeZone, compression, extension: PACKINGS[compression].extension };
}

const SAMPLE_AT = Date.UTC(2026, 6, 13, 14, 5, 6, 789);

function checkText(text: string, setting: "prefix" | "errorPrefix"): readonly Piece[] {
  const name = setting === "prefix" ? "Prefix" : "ErrorOutputPrefix";
  const pieces = parsePrefix(text, setting);
  if (typeof pieces === "string") {
    throw invalid(`${name} is not valid: ${pieces}`);
  }
  const samples = pieces.map((piece) =>
    piece.kind === "key" ? ({ kind: "literal", text: "k" } as const) : piece,
  );
  const problem = checkEvaluated(printPrefix(samples, { at: SAMPLE_AT, random: () => 0 }));
  if (problem !== undefined) {
    throw invalid(`${name} cannot be a folder of this lake: ${problem}`);
  }
  return pieces;
}

function checkExtension({ extension }: Output): void {
  if (toObjectName(`x${extension}`) === undefined) {
    throw invalid(`FileExtension ${extension} cannot be part of a name in this lake.`);
  }
}

/** Keys of partitions need dynamic partitioning and something that makes them; and it needs them. */
function checkKeys(
  prefix: string,
  steps: { readonly dynamic: boolean; readonly query: unknown; readonly lambda: unknown },
): void {
  const pieces = parsePrefix(prefix, "prefix");
  const keys = typeof pieces === "string" ? [] : pieces.filter((piece) => piece.kind === "key");
  if (!steps.dynamic) {
    if (keys.length > 0) {
      throw invalid("Prefix has partition keys, but dynamic partitioning is not enabled.");
    }
    return;
  }
  if (keys.length === 0) {
    throw invalid("Prefix must have a partition key when dynamic partitioning is enabled.");
  }
  for (const { from, name } of keys) {
    if (from === "query" && steps.query === undefined) {
      throw invalid(`partitionKeyFromQuery:${name} needs a MetadataExtraction processor.`);
    }
    if (from === "lambda" && steps.lambda === undefined) {
      throw invalid(`partitionKeyFromLambda:${name} needs a Lambda processor.`);
    }
  }
}
