/** CreateDeliveryStream: from a log or a Kinesis stream into the lake. */

import { WireFault } from "../../../../wire/wire-fault.ts";
import type { Operation } from "../../../../wire/service.ts";
import { checkQuery } from "../config/check-query.ts";
import type { GivenExtendedS3, GivenS3 } from "../config/given.ts";
import { invalid } from "../config/refuse.ts";
import { checkTags } from "../config/tags.ts";
import { toEncryption, type GivenEncryption } from "../config/encryption.ts";
import { toDestination } from "../config/to-destination.ts";
import { operation, type Firehose, type Named } from "../operation.ts";
import type { Entry, KinesisSource, Tag } from "../registry/entry.ts";

interface Input extends Named {
  readonly DeliveryStreamType?: string;
  readonly DirectPutSourceConfiguration?: { readonly ThroughputHintInMBs: number };
  readonly KinesisStreamSourceConfiguration?: {
    readonly KinesisStreamARN: string;
    readonly RoleARN: string;
  };
  readonly DeliveryStreamEncryptionConfigurationInput?: GivenEncryption;
  readonly S3DestinationConfiguration?: GivenS3;
  readonly ExtendedS3DestinationConfiguration?: GivenExtendedS3;
  readonly Tags?: readonly Tag[];
}

/** Destinations of the model that nothing delivers to here. */
const ELSEWHERE = [
  "RedshiftDestinationConfiguration",
  "ElasticsearchDestinationConfiguration",
  "AmazonopensearchserviceDestinationConfiguration",
  "SplunkDestinationConfiguration",
  "HttpEndpointDestinationConfiguration",
  "AmazonOpenSearchServerlessDestinationConfiguration",
  "SnowflakeDestinationConfiguration",
  "IcebergDestinationConfiguration",
];

export function createDeliveryStream(firehose: Firehose): Operation {
  const { streams } = firehose;
  const { world } = streams;
  return operation("CreateDeliveryStream", async (input: Input) => {
    const name = input.DeliveryStreamName;
    const { form, given } = readDestination(input);
    const destination = toDestination(given, world.around);
    if (destination.steps.query !== undefined) {
      await checkQuery(destination.steps.query);
    }
    const encryption = toEncryption(input.DeliveryStreamEncryptionConfigurationInput);
    const source = await readSource(input, firehose);
    if (source !== undefined && encryption.Status === "ENABLED") {
      throw invalid("Server-side encryption is for delivery streams whose source is DirectPut.");
    }
    const entry: Entry = {
      name,
      id: world.uuid(),
      createdAt: world.clock.now(),
      updatedAt: undefined,
      version: 1,
      source,
      form,
      given,
      encryption,
      throughputHint: input.DirectPutSourceConfiguration?.ThroughputHintInMBs,
      tags: checkTags([], input.Tags ?? []),
      deleting: false,
    };
    streams.create(entry);
    return { DeliveryStreamARN: streams.arnOf(name) };
  });
}

function readDestination(input: Input): {
  readonly form: Entry["form"];
  readonly given: GivenExtendedS3;
} {
  const elsewhere = ELSEWHERE.filter((member) => Object.hasOwn(input, member));
  const { S3DestinationConfiguration: legacy, ExtendedS3DestinationConfiguration: extended } =
    input;
  const count =
    elsewhere.length + (legacy === undefined ? 0 : 1) + (extended === undefined ? 0 : 1);
  const given = extended ?? legacy;
  if (count !== 1) {
    throw invalid("Exactly one destination configuration is supported for a Firehose");
  }
  if (given === undefined) {
    const destination = elsewhere[0]?.replace("DestinationConfiguration", "");
    throw invalid(`${destination} is no destination here: records are delivered to S3, the lake.`);
  }
  return { form: extended === undefined ? "legacy" : "extended", given };
}

async function readSource(input: Input, { streams }: Firehose): Promise<KinesisSource | undefined> {
  const type = input.DeliveryStreamType ?? "DirectPut";
  const given = input.KinesisStreamSourceConfiguration;
  if (type === "DirectPut") {
    if (given !== undefined) {
      throw invalid(
        "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type.",
      );
    }
    return undefined;
  }
  if (type !== "KinesisStreamAsSource") {
    throw invalid(`${type} is no source here: there are DirectPut and KinesisStreamAsSource.`);
  }
  if (given === undefined) {
    throw invalid("KinesisStreamSourceConfiguration must be given for KinesisStreamAsSource.");
  }
  const { KinesisStreamARN: arn, RoleARN: roleArn } = given;
  const stream = arn.slice(arn.lastIndexOf("/") + 1);
  const from = await streams.world.newest(stream);
  if (from === undefined) {
    throw new WireFault(
      "ResourceNotFoundException",
      `Stream ${stream} under account ${streams.world.account} not found.`,
    );
  }
  return { arn, roleArn, from };
}
