/** What Firehose refuses, in AWS's words, by AWS's own SDK. */

import {
  type CreateDeliveryStreamCommandInput,
  CreateDeliveryStreamCommand,
  ListDeliveryStreamsCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
} from "@aws-sdk/client-firehose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Hoses, refusal, ROLE, s3 } from "./hoses.ts";

let hoses: Hoses;

beforeAll(async () => {
  hoses = new Hoses();
  await hoses.start();
  await hoses.create("plain");
});
afterAll(() => hoses[Symbol.asyncDispose]());

describe("what Firehose refuses", () => {
  it.each<[string, Partial<CreateDeliveryStreamCommandInput>, string]>([
    [
      "no destination",
      { ExtendedS3DestinationConfiguration: undefined },
      "Exactly one destination configuration is supported for a Firehose",
    ],
    [
      "two destinations",
      { S3DestinationConfiguration: s3() },
      "Exactly one destination configuration is supported for a Firehose",
    ],
    [
      "another destination",
      {
        ExtendedS3DestinationConfiguration: undefined,
        SplunkDestinationConfiguration: {
          HECEndpoint: "https://x",
          HECEndpointType: "Raw",
          S3Configuration: s3(),
        },
      },
      "is no destination here",
    ],
    ["a source of another kind", { DeliveryStreamType: "MSKAsSource" }, "is no source here"],
    ["a source without a stream", { DeliveryStreamType: "KinesisStreamAsSource" }, "must be given"],
    [
      "a stream that is none",
      {
        DeliveryStreamType: "KinesisStreamAsSource",
        KinesisStreamSourceConfiguration: {
          KinesisStreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/none",
          RoleARN: ROLE,
        },
      },
      "Stream none under account 000000000000 not found.",
    ],
    [
      "a wrong format",
      { ExtendedS3DestinationConfiguration: s3({ CompressionFormat: "SNAPPY" as never }) },
      "1 validation error detected: Value 'SNAPPY' at 'extendedS3DestinationConfiguration.compressionFormat' failed to satisfy constraint: Member must satisfy enum value set: ",
    ],
    [
      "no bucket",
      { ExtendedS3DestinationConfiguration: { ...s3(), BucketARN: undefined } },
      "Member must not be null",
    ],
    [
      "half of the hints",
      { ExtendedS3DestinationConfiguration: s3({ BufferingHints: { SizeInMBs: 1 } }) },
      "needs both",
    ],
    [
      "an expression without an error prefix",
      { ExtendedS3DestinationConfiguration: s3({ Prefix: "a/!{timestamp:yyyy}/" }) },
      "ErrorOutputPrefix must be given",
    ],
    [
      "an error prefix without its type",
      { ExtendedS3DestinationConfiguration: s3({ ErrorOutputPrefix: "e/!{timestamp:yyyy}/" }) },
      "error-output-type",
    ],
    [
      "an unknown expression",
      {
        ExtendedS3DestinationConfiguration: s3({ Prefix: "a/!{nope:x}/", ErrorOutputPrefix: "e/" }),
      },
      "not known",
    ],
    [
      "a wrong pattern",
      {
        ExtendedS3DestinationConfiguration: s3({
          Prefix: "a/!{timestamp:yyyy'x}/",
          ErrorOutputPrefix: "e/",
        }),
      },
      "not closed",
    ],
    [
      "a time zone that is none",
      { ExtendedS3DestinationConfiguration: s3({ CustomTimeZone: "Mars/Base" }) },
      "is not a time zone",
    ],
    [
      "keys without partitioning",
      {
        ExtendedS3DestinationConfiguration: s3({
          Prefix: "a/!{partitionKeyFromQuery:k}/",
          ErrorOutputPrefix: "e/",
        }),
      },
      "dynamic partitioning is not enabled",
    ],
    [
      "an unknown function",
      {
        ExtendedS3DestinationConfiguration: s3({
          ProcessingConfiguration: {
            Enabled: true,
            Processors: [
              {
                Type: "Lambda",
                Parameters: [
                  {
                    ParameterName: "LambdaArn",
                    ParameterValue: "arn:aws:lambda:us-east-1:000000000000:function:nope",
                  },
                ],
              },
            ],
          },
        }),
      },
      "json-to-csv",
    ],
    [
      "JQ that cannot be read",
      {
        ExtendedS3DestinationConfiguration: s3({
          BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
          Prefix: "a/!{partitionKeyFromQuery:k}/",
          ErrorOutputPrefix: "e/",
          DynamicPartitioningConfiguration: { Enabled: true },
          ProcessingConfiguration: {
            Enabled: true,
            Processors: [
              {
                Type: "MetadataExtraction",
                Parameters: [
                  { ParameterName: "MetadataExtractionQuery", ParameterValue: "{k:.a" },
                  { ParameterName: "JsonParsingEngine", ParameterValue: "JQ-1.6" },
                ],
              },
            ],
          },
        }),
      },
      "MetadataExtractionQuery cannot be read",
    ],
    [
      "a prefix that is no folder",
      { ExtendedS3DestinationConfiguration: s3({ Prefix: "../up/" }) },
      "cannot be a folder",
    ],
  ])("%s", async (_name, more, says) => {
    const input = {
      DeliveryStreamName: "refused",
      ExtendedS3DestinationConfiguration: s3(),
      ...more,
    };
    const told = await refusal(hoses.client.send(new CreateDeliveryStreamCommand(input)));
    expect(told).toMatch(/^(InvalidArgument|Validation|ResourceNotFound)Exception: /);
    expect(told).toContain(says);
    const listed = await hoses.client.send(new ListDeliveryStreamsCommand({ Limit: 100 }));
    expect(listed.DeliveryStreamNames).not.toContain("refused");
  });

  it("names, records and batches that are none or too large", async () => {
    const large = Buffer.alloc(1_024_001);
    const record = (Data: Buffer): Promise<unknown> =>
      hoses.client.send(new PutRecordCommand({ DeliveryStreamName: "plain", Record: { Data } }));
    expect(await refusal(record(large))).toContain(
      "Member must have length less than or equal to 1024000",
    );
    await record(large.subarray(1));
    const batch = Array.from({ length: 5 }, () => ({ Data: large.subarray(0, 900_000) }));
    expect(
      await refusal(
        hoses.client.send(
          new PutRecordBatchCommand({ DeliveryStreamName: "plain", Records: batch }),
        ),
      ),
    ).toContain("exceeds 4 MB limit");
    expect(await refusal(hoses.put("none", "x"))).toBe(
      "ResourceNotFoundException: Firehose none under account 000000000000 not found.",
    );
    expect(await refusal(hoses.create("plain"))).toContain("already exists");
  });
});
