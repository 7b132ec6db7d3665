/** Destinations as requests bring them and the registry keeps them: what has passed the model's shapes. */

import type { CompressionFormat } from "../pack/pack.ts";

export interface GivenProcessor {
  readonly Type: string;
  readonly Parameters?: readonly {
    readonly ParameterName: string;
    readonly ParameterValue: string;
  }[];
}

export interface GivenProcessing {
  readonly Enabled?: boolean;
  readonly Processors?: readonly GivenProcessor[];
}

export interface GivenConversion {
  readonly Enabled?: boolean;
  readonly SchemaConfiguration?: {
    readonly RoleARN?: string;
    readonly CatalogId?: string;
    readonly DatabaseName?: string;
    readonly TableName?: string;
    readonly Region?: string;
    readonly VersionId?: string;
  };
  readonly InputFormatConfiguration?: {
    readonly Deserializer?: {
      readonly OpenXJsonSerDe?: {
        readonly CaseInsensitive?: boolean;
        readonly ConvertDotsInJsonKeysToUnderscores?: boolean;
        readonly ColumnToJsonKeyMappings?: Readonly<Record<string, string>>;
      };
      readonly HiveJsonSerDe?: object;
    };
  };
  readonly OutputFormatConfiguration?: {
    readonly Serializer?: {
      readonly ParquetSerDe?: { readonly Compression?: "UNCOMPRESSED" | "GZIP" | "SNAPPY" };
      readonly OrcSerDe?: object;
    };
  };
}

/** The legacy form of an S3 destination, also the form of a backup. */
export interface GivenS3 {
  readonly RoleARN: string;
  readonly BucketARN: string;
  readonly Prefix?: string;
  readonly ErrorOutputPrefix?: string;
  readonly BufferingHints?: {
    readonly SizeInMBs?: number;
    readonly IntervalInSeconds?: number;
  };
  readonly CompressionFormat?: CompressionFormat;
  readonly EncryptionConfiguration?: object;
  readonly CloudWatchLoggingOptions?: object;
}

export interface GivenExtendedS3 extends GivenS3 {
  readonly ProcessingConfiguration?: GivenProcessing;
  readonly S3BackupMode?: "Disabled" | "Enabled";
  readonly S3BackupConfiguration?: GivenS3;
  readonly DataFormatConversionConfiguration?: GivenConversion;
  readonly DynamicPartitioningConfiguration?: {
    readonly Enabled?: boolean;
    readonly RetryOptions?: { readonly DurationInSeconds?: number };
  };
  readonly FileExtension?: string;
  readonly CustomTimeZone?: string;
}
