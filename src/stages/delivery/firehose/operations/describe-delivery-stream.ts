/** DescribeDeliveryStream: what a delivery stream is and how it delivers. */

import type { Operation } from "../../../../wire/service.ts";
import { describeDestination } from "../config/describe.ts";
import { describeOwn } from "../config/describe-own.ts";
import { operation, type Firehose, type Named } from "../operation.ts";
import { DESTINATION_ID, type Entry } from "../registry/entry.ts";
import type { Status } from "../registry/delivery-streams.ts";

interface Input extends Named {
  readonly ExclusiveStartDestinationId?: string;
}

export function describeDeliveryStream({ streams }: Firehose): Operation {
  return operation("DescribeDeliveryStream", (input: Input) => {
    const found = streams.find(input.DeliveryStreamName);
    const described =
      found.kind === "made"
        ? describe(found.entry, found.status)
        : describeOwn(found.own.plan, streams.world.startedAt);
    const past = (input.ExclusiveStartDestinationId ?? "") >= DESTINATION_ID;
    return {
      DeliveryStreamDescription: {
        DeliveryStreamARN: streams.arnOf(input.DeliveryStreamName),
        ...described,
        ...(past && { Destinations: [] }),
        HasMoreDestinations: false,
      },
    };
  });
}

function describe(entry: Entry, status: Status): object {
  const { name, version, source, createdAt, updatedAt, encryption } = entry;
  return {
    DeliveryStreamName: name,
    DeliveryStreamStatus: status,
    DeliveryStreamEncryptionConfiguration: encryption,
    DeliveryStreamType: source === undefined ? "DirectPut" : "KinesisStreamAsSource",
    VersionId: String(version),
    CreateTimestamp: createdAt,
    ...(updatedAt !== undefined && { LastUpdateTimestamp: updatedAt }),
    ...describeSource(entry),
    Destinations: [describeDestination(entry)],
  };
}

function describeSource({ source, throughputHint, createdAt }: Entry): object {
  if (source !== undefined) {
    const { arn: KinesisStreamARN, roleArn: RoleARN } = source;
    return {
      Source: {
        KinesisStreamSourceDescription: {
          KinesisStreamARN,
          RoleARN,
          DeliveryStartTimestamp: createdAt,
        },
      },
    };
  }
  return throughputHint === undefined
    ? {}
    : { Source: { DirectPutSourceDescription: { ThroughputHintInMBs: throughputHint } } };
}
