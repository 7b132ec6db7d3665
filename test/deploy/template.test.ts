/** The template as a whole: what it has, what it keeps, and that it is the same for the same plan. */

import { Match, Template as Assert } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import type { Template } from "../../src/deploy/aws/synthesise.ts";
import { synthesiseShop } from "./shop.ts";

using made = await synthesiseShop();
const { template } = made.synthesised;
const asserted = Assert.fromJSON(structuredClone(template));

test("the template is the one that was looked at", async () => {
  await expect(`${JSON.stringify(withoutHashes(template), undefined, 2)}\n`).toMatchFileSnapshot(
    "shop.template.json",
  );
});

test("the same plan gives the same template", async () => {
  using again = await synthesiseShop();
  expect(again.synthesised.template).toEqual(template);
});

test("what holds data stays when the stack goes", () => {
  const kept = Object.values(template.Resources)
    .filter(({ DeletionPolicy }) => DeletionPolicy === "RetainExceptOnCreate")
    .map(({ Type }) => Type);
  const holds = new Set(["AWS::S3::Bucket", "AWS::Kinesis::Stream", "AWS::KMS::Key"]);
  const all = Object.values(template.Resources).filter(({ Type }) => holds.has(Type));
  expect(kept.filter((type) => holds.has(type))).toHaveLength(all.length);
  expect(all).toHaveLength(3 + 2 + 1);
});

test("every bucket is closed, encrypted, versioned and asks for TLS", () => {
  const buckets = asserted.findResources("AWS::S3::Bucket");
  expect(Object.keys(buckets)).toHaveLength(3);
  for (const { Properties } of Object.values(buckets)) {
    expect(Properties).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      VersioningConfiguration: { Status: "Enabled" },
      BucketEncryption: { ServerSideEncryptionConfiguration: [expect.any(Object)] },
    });
  }
  const policies = asserted.findResources("AWS::S3::BucketPolicy", {
    Properties: {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Sid: "TlsOnly", Effect: "Deny" })]),
      },
    },
  });
  expect(Object.keys(policies)).toHaveLength(3);
});

test("each stream has its API route, check, Kinesis stream, Firehose and transform", () => {
  for (const stream of ["orders", "visits"]) {
    asserted.hasResourceProperties("AWS::Kinesis::Stream", {
      Name: `shop-${stream}`,
      StreamEncryption: { EncryptionType: "KMS" },
      StreamModeDetails: { StreamMode: "PROVISIONED" },
    });
    asserted.hasResourceProperties("AWS::ApiGateway::Resource", { PathPart: stream });
    for (const kind of ["check", "transform"]) {
      asserted.hasResourceProperties("AWS::Lambda::Function", {
        FunctionName: `shop-${stream}-${kind}`,
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
      });
    }
  }
  asserted.allResourcesProperties("AWS::ApiGateway::Method", { ApiKeyRequired: true });
  expect(Object.keys(asserted.findResources("AWS::ApiGateway::Method"))).toHaveLength(2);
});

test("Firehose delivers as the definition says", () => {
  asserted.hasResourceProperties("AWS::KinesisFirehose::DeliveryStream", {
    DeliveryStreamName: "shop-orders",
    ExtendedS3DestinationConfiguration: {
      Prefix: "orders/!{timestamp:yyyy/MM/dd/HH/}",
      ErrorOutputPrefix: Match.stringLikeRegexp("error-output-type"),
      CompressionFormat: "GZIP",
      BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 },
      CloudWatchLoggingOptions: { Enabled: true },
      ProcessingConfiguration: { Enabled: true },
    },
  });
  asserted.hasResourceProperties("AWS::KinesisFirehose::DeliveryStream", {
    DeliveryStreamName: "shop-visits",
    ExtendedS3DestinationConfiguration: {
      CompressionFormat: "UNCOMPRESSED",
      BufferingHints: { SizeInMBs: 64 },
      DataFormatConversionConfiguration: { Enabled: true },
    },
  });
  expect(Object.keys(asserted.findResources("AWS::Glue::Table"))).toHaveLength(1);
});

test("nothing listens on Snowflake's queue before it is known", () => {
  asserted.hasCondition("SnowpipeKnown", Match.anyValue());
  const [data] = Object.values(
    asserted.findResources("AWS::S3::Bucket", {
      Properties: { NotificationConfiguration: Match.anyValue() },
    }),
  );
  expect(data?.["Properties"].NotificationConfiguration["Fn::If"][0]).toBe("SnowpipeKnown");
});

test("every stream has alarms that reach somebody", () => {
  const alarms = Object.values(asserted.findResources("AWS::CloudWatch::Alarm"));
  expect(alarms).toHaveLength(14);
  for (const { Properties } of alarms) {
    expect(Properties.AlarmActions).toHaveLength(1);
    expect(Properties.AlarmDescription).toMatch(/^(orders|visits): /);
  }
});

test("what the managed services do not have is told before anything is made", async () => {
  const zstd = synthesiseShop((plan) => ({
    ...plan,
    streams: plan.streams.map((stream) => ({
      ...stream,
      deliver: { ...stream.deliver, compression: "zstd" },
    })),
  }));
  await expect(zstd).rejects.toMatchObject({
    code: "DEPLOY_UNFIT",
    message: expect.stringContaining("streams.orders.deliver.compression: Firehose has no zstd."),
  });
});

/** Hashes of the Lambdas' code and of the plan change with every line and setting. */
function withoutHashes(given: Template): unknown {
  const text = JSON.stringify(given);
  return JSON.parse(
    text.replaceAll(/[0-9a-f]{64}\.zip/g, "HASH.zip").replaceAll(made.plan.hash, "HASH"),
  );
}

test("the read APIs find keys and token by their secret alone, the token where tables are Snowflake's", () => {
  const service = Object.values(template.Resources).find(
    ({ Type }) => Type === "AWS::ECS::ExpressGatewayService",
  );
  const container = service?.Properties?.["PrimaryContainer"] as Readonly<Record<string, unknown>>;
  expect(container["Secrets"]).toEqual([
    { Name: "MILLRACE_KEYS", ValueFrom: inSecret("MILLRACE_KEYS") },
    {
      "Fn::If": [
        "ReadingOnSnowflake",
        { Name: "SNOWFLAKE_TOKEN", ValueFrom: inSecret("SNOWFLAKE_TOKEN") },
        { Ref: "AWS::NoValue" },
      ],
    },
  ]);
  expect(container["Environment"]).toContainEqual({
    Name: "MILLRACE_WAREHOUSE",
    Value: { Ref: "ReadingWarehouse" },
  });
});

function inSecret(member: string): object {
  return { "Fn::Join": ["", [{ Ref: "ReadingSecretArn" }, `:${member}::`]] };
}
