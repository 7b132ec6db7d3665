/** Which promise was proved on which target, and by what: the one list that the docs page and `millrace deploy` read. */

/** From strong to none. `local` is the real part on this machine, `recorded` what the service itself once answered. */
export type Proof = "local" | "recorded" | "emulator" | "untested";

export type TargetName =
  | "gateway"
  | "s3://"
  | "kinesis://"
  | "sources"
  | "aws"
  | "snowflake"
  | "power bi";

/** What of a managed form a plan makes use of. */
export type Feature =
  | "aws"
  | "snowflake"
  | "tasks"
  | "dynamic tables"
  | "ecs-express"
  | "app-runner";

export interface ConformanceRow {
  readonly id: string;
  readonly target: TargetName;
  readonly promise: string;
  readonly proof: Proof;
  /** Test files of this repository; none where nothing was tested. */
  readonly tests: readonly string[];
  /** A plan with this feature relies on it; left out where no deploy does. */
  readonly feature?: Feature;
}

type Given = Omit<ConformanceRow, "target" | "tests" | "feature"> & {
  readonly tests?: readonly string[];
  readonly feature?: Feature;
};

const on = (target: TargetName, rows: readonly Given[]): readonly ConformanceRow[] =>
  rows.map((row) => ({ tests: [], ...row, target }));

/** Embedded promises are in docs/concepts/promises.md, each with its tests; here is what leaves the one machine. */
export const CONFORMANCE: readonly ConformanceRow[] = [
  ...on("gateway", [
    {
      id: "kinesis-sdks",
      promise: "AWS SDKs, boto3, the AWS CLI, KPL and KCL work with only the endpoint changed.",
      proof: "local",
      tests: [
        "test/conformance/kinesis/happy.test.ts",
        "test/peers/kinesis/clients.test.ts",
        "test/peers/kinesis/libraries.test.ts",
      ],
    },
    {
      id: "kinesis-errors",
      promise: "Errors and limits are Kinesis' own: its model's bounds, its recorded texts.",
      proof: "recorded",
      tests: [
        "test/conformance/kinesis/constraints.test.ts",
        "test/conformance/kinesis/errors.test.ts",
        "test/peers/kinesis/differences.test.ts",
      ],
    },
    {
      id: "firehose-sdks",
      promise: "Delivery streams are made, fed and described by AWS's SDKs.",
      proof: "local",
      tests: ["test/conformance/firehose/firehose.test.ts", "test/peers/firehose/firehose.test.ts"],
    },
    {
      id: "firehose-errors",
      promise: "Errors and limits are Firehose's own, by its model.",
      proof: "recorded",
      tests: [
        "test/conformance/firehose/constraints.test.ts",
        "test/conformance/firehose/refusals.test.ts",
      ],
    },
    {
      id: "http-contract",
      promise: "Every route answers as its OpenAPI document says, whatever it is asked.",
      proof: "local",
      tests: ["test/peers/api/fuzz.test.ts", "test/api/newman.test.ts"],
    },
  ]),
  ...on("s3://", [
    {
      id: "lake-s3",
      promise: "Objects are put only if their name is free, and are whole or not there.",
      proof: "emulator",
      tests: ["test/conformance/store.test.ts", "test/peers/lake.test.ts"],
    },
    {
      id: "lake-s3-kill",
      promise: "A kill in the middle of a put loses nothing and doubles nothing.",
      proof: "emulator",
      tests: ["test/crash/lake-s3.test.ts"],
    },
    { id: "lake-s3-service", promise: "The same, against a bucket of AWS.", proof: "untested" },
  ]),
  ...on("kinesis://", [
    {
      id: "stream-kinesis",
      promise: "Events go through Kinesis once, in order per key, over kills and reshards.",
      proof: "emulator",
      tests: ["test/journey/stream-kinesis.test.ts", "test/peers/stream.test.ts"],
    },
    {
      id: "stream-kinesis-service",
      promise: "The same, against streams of AWS.",
      proof: "untested",
    },
  ]),
  ...on("sources", [
    {
      id: "kafka",
      promise: "Topics of Apache Kafka are read in a consumer group, each message once.",
      proof: "local",
      tests: ["test/peers/kafka/kafka.test.ts"],
    },
    {
      id: "files-and-http",
      promise: "Files, buckets and HTTP APIs are read once, from where they stopped.",
      proof: "local",
      tests: ["test/journey/sources.test.ts", "test/journey/sources-elsewhere.test.ts"],
    },
  ]),
  ...on("aws", [
    {
      id: "template",
      promise: "The template is valid, and safe by other people's rules.",
      proof: "local",
      tests: ["test/deploy/template.test.ts", "test/peers/deploy/validity.test.ts"],
      feature: "aws",
    },
    {
      id: "permissions",
      promise: "Each role may do what a call needs, and nothing else.",
      proof: "local",
      tests: ["test/deploy/actions.test.ts"],
      feature: "aws",
    },
    {
      id: "deploy-destroy",
      promise:
        "Every resource is made by the CDK's command line; what holds data stays at destroy.",
      proof: "emulator",
      tests: ["test/peers/deploy/emulator.test.ts"],
      feature: "aws",
    },
    {
      id: "lambdas",
      promise: "The Lambdas answer as the gateway does and give the engine's bytes.",
      proof: "emulator",
      tests: ["test/deploy/handlers.test.ts", "test/peers/deploy/lambda.test.ts"],
      feature: "aws",
    },
    {
      id: "aws-account",
      promise: "A deploy into an account of AWS, and events through it end to end.",
      proof: "untested",
      feature: "aws",
    },
    {
      id: "reading-image",
      promise:
        "The read APIs' image builds, and serves as nobody special from a root it cannot write.",
      proof: "local",
      tests: ["test/deploy/container.test.ts", "test/peers/deploy/container.test.ts"],
    },
    {
      id: "reading-ecs",
      promise: "The read APIs' container on ECS Express Mode.",
      proof: "untested",
      feature: "ecs-express",
    },
    {
      id: "reading-app-runner",
      promise: "The read APIs' container on App Runner.",
      proof: "untested",
      feature: "app-runner",
    },
  ]),
  ...on("snowflake", [
    {
      id: "snowflake-sql",
      promise: "Every statement is Snowflake's grammar, and was looked at.",
      proof: "local",
      tests: ["test/deploy/snowflake.test.ts", "test/peers/deploy/snowflake.test.ts"],
      feature: "snowflake",
    },
    {
      id: "snowflake-streaming",
      promise: "Rows go through channels once each, by offset tokens, whatever is lost or killed.",
      proof: "emulator",
      tests: ["test/snowflake/streaming.test.ts", "test/peers/snowflake/journey.test.ts"],
    },
    {
      id: "snowflake-driver",
      promise:
        "Snowflake's own driver logs in by key pair, and loads a folder lake or one on S3 to the rows that DuckDB has.",
      proof: "emulator",
      tests: ["test/peers/snowflake/driver.test.ts", "test/peers/snowflake/driver-login.test.ts"],
    },
    {
      id: "snowflake-pipe-books",
      promise:
        "What a pipe failed at, left out or was never told of is SHORT by name, and is queued again once.",
      proof: "emulator",
      tests: ["test/snowflake/managed.test.ts", "src/books/accounts/pipe.test.ts"],
    },
    {
      id: "snowflake-pipes",
      promise: "Pipes load what Firehose delivers, once, in an account of Snowflake.",
      proof: "untested",
      feature: "snowflake",
    },
    {
      id: "snowflake-model-runs",
      promise:
        "A deployed model counts what its run did as the embedded one does, and holds its rules.",
      proof: "emulator",
      tests: ["test/peers/snowflake/deployed-models.test.ts", "test/deploy/snowflake.test.ts"],
    },
    {
      id: "snowflake-tasks",
      promise: "Tasks and streams keep the models, with their row counts, in an account.",
      proof: "untested",
      feature: "tasks",
    },
    {
      id: "snowflake-dynamic",
      promise: "Dynamic tables keep the models, in an account.",
      proof: "untested",
      feature: "dynamic tables",
    },
  ]),
  ...on("power bi", [
    {
      id: "powerbi-model",
      promise: "Microsoft's engine loads the semantic model; its measures are the SQL's numbers.",
      proof: "local",
      tests: ["test/report/measures.test.ts", "test/peers/report/powerbi.test.ts"],
    },
    {
      id: "powerbi-report",
      promise: "Every file of the report is valid by Microsoft's published schemas.",
      proof: "local",
      tests: ["test/report/project.test.ts", "test/peers/report/powerbi.test.ts"],
    },
    {
      id: "powerbi-desktop",
      promise: "Power BI Desktop opens the project and draws its pages.",
      proof: "untested",
    },
  ]),
];
