/** What a user writes about the managed form of a pipeline: how large, how fast, how long things are kept there. */

import type { Fields, GivenOf } from "./fields.ts";
import type { snowflakeFields } from "./snowflake-fields.ts";

export const awsFields = {
  region: {
    kind: "text",
    default: "us-east-1",
    charsMax: 32,
    doc: "AWS region of everything.",
  },
  stage: {
    kind: "text",
    default: "v1",
    charsMax: 32,
    doc: "Name of the API's stage: letters, digits and _.",
  },
  capacity: {
    kind: "choice",
    default: "on-demand",
    of: ["on-demand", "provisioned"],
    doc: "How Kinesis is sized: by itself, or by the stream's `shards`.",
  },
  requestsPerSecond: {
    kind: "count",
    default: 500,
    min: 1,
    max: 10_000,
    doc: "Requests a second that one API key may make; the account's own limit is 10,000.",
  },
  requestsBurst: {
    kind: "count",
    default: 1000,
    min: 1,
    max: 5000,
    doc: "Requests of one API key that may come at once.",
  },
  requestsPerDay: {
    kind: "count",
    default: 10_000_000,
    min: 1,
    max: 1_000_000_000,
    doc: "Requests a day that one API key may make.",
  },
  checkMemoryMiB: {
    kind: "count",
    default: 512,
    min: 128,
    max: 10_240,
    doc: "Memory of the Lambda that checks events; processor time grows with it.",
  },
  transformMemoryMiB: {
    kind: "count",
    default: 512,
    min: 128,
    max: 10_240,
    doc: "Memory of the Lambda that makes rows.",
  },
  logDays: {
    kind: "choice",
    default: "30",
    of: ["1", "7", "14", "30", "60", "90", "180", "365"],
    doc: "Days that logs are kept.",
  },
  oldVersions: {
    kind: "duration",
    default: 2_592_000_000,
    min: 86_400_000,
    max: 315_360_000_000,
    doc: "How long a replaced or deleted object of the lake can be brought back.",
  },
  reading: {
    kind: "choice",
    default: "none",
    of: ["none", "ecs-express", "app-runner"],
    doc: "Where the read APIs run. App Runner takes no new customers since April 2026.",
  },
  freshness: {
    kind: "duration",
    default: 900_000,
    min: 60_000,
    max: 86_400_000,
    doc: "An alarm rings when the oldest undelivered record is older than this.",
  },
} as const satisfies Fields;

export interface DeployDefinition {
  readonly aws?: GivenOf<typeof awsFields>;
  readonly snowflake?: GivenOf<typeof snowflakeFields>;
}
