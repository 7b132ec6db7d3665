/** A destination as DescribeDeliveryStream tells it: what was given, and the defaults of what was not. */

import { DESTINATION_ID, type Entry } from "../registry/entry.ts";
import type { GivenExtendedS3, GivenS3 } from "./given.ts";
import { sizeDefaultMiB } from "./to-destination.ts";

const INTERVAL_DEFAULT_S = 300;
const RETRY_DEFAULT_S = 300;

/** Both forms are told, whichever was given, as AWS does. */
export function describeDestination({ form, given }: Entry): object {
  const legacy = describeS3(given, sizeDefaultMiB(given));
  const extended = form === "extended" && { ExtendedS3DestinationDescription: describeAll(given) };
  return {
    DestinationId: DESTINATION_ID,
    S3DestinationDescription: legacy,
    ...(extended || { ExtendedS3DestinationDescription: { ...legacy, ...NOTHING_MORE } }),
  };
}

const NOTHING_MORE = {
  ProcessingConfiguration: { Enabled: false, Processors: [] },
  S3BackupMode: "Disabled",
};

function describeS3(given: GivenS3, sizeMiB: number): object {
  const { RoleARN, BucketARN, Prefix, ErrorOutputPrefix, CompressionFormat } = given;
  return {
    RoleARN,
    BucketARN,
    ...(Prefix !== undefined && { Prefix }),
    ...(ErrorOutputPrefix !== undefined && { ErrorOutputPrefix }),
    BufferingHints: given.BufferingHints ?? {
      SizeInMBs: sizeMiB,
      IntervalInSeconds: INTERVAL_DEFAULT_S,
    },
    CompressionFormat: CompressionFormat ?? "UNCOMPRESSED",
    EncryptionConfiguration: given.EncryptionConfiguration ?? {
      NoEncryptionConfig: "NoEncryption",
    },
    CloudWatchLoggingOptions: given.CloudWatchLoggingOptions ?? { Enabled: false },
  };
}

function describeAll(given: GivenExtendedS3): object {
  const { DataFormatConversionConfiguration: conversion, S3BackupConfiguration: backup } = given;
  const { DynamicPartitioningConfiguration: dynamic, FileExtension, CustomTimeZone } = given;
  return {
    ...describeS3(given, sizeDefaultMiB(given)),
    ProcessingConfiguration: given.ProcessingConfiguration ?? NOTHING_MORE.ProcessingConfiguration,
    S3BackupMode: given.S3BackupMode ?? "Disabled",
    ...(backup !== undefined && { S3BackupDescription: describeS3(backup, 5) }),
    ...(conversion !== undefined && {
      DataFormatConversionConfiguration: { ...conversion, Enabled: conversion.Enabled !== false },
    }),
    ...(dynamic !== undefined && {
      DynamicPartitioningConfiguration: {
        Enabled: dynamic.Enabled === true,
        RetryOptions: dynamic.RetryOptions ?? { DurationInSeconds: RETRY_DEFAULT_S },
      },
    }),
    ...(FileExtension !== undefined && { FileExtension }),
    ...(CustomTimeZone !== undefined && { CustomTimeZone }),
  };
}
