/** Which limit breaks first when the rate grows, and at what rate. Pure. */

import type { DeployPlan, StreamPlan } from "../../plan/plan.ts";
import type { Workload } from "./workload.ts";

export interface Breaking {
  readonly limit: string;
  /** Events a second at which it is reached, all else alike. */
  readonly eventsPerSecond: number;
  readonly remedy: string;
}

const MB = 1_000_000;
const SHARD_RECORDS = 1000;
const ON_DEMAND_START_BYTES = 4 * MB;
const ON_DEMAND_MAX_BYTES = 200 * MB;
/** Where Kinesis on demand grows to 10 GB/s without asking. */
const LARGE_REGIONS = new Set(["us-east-1", "us-west-2", "eu-west-1"]);
const ON_DEMAND_LARGE_BYTES = 10_000 * MB;
const REST_ACCOUNT = 10_000;
const LAMBDA_CONCURRENT = 1000;
const CHECK_SECONDS = 0.03;
const FIREHOSE_FROM_KINESIS_RECORD = 1_024_000;
const API_BODY = 10 * 1_048_576;
const LAMBDA_BODY = 6 * 1_048_576;

const grouped = (count: number): string => count.toLocaleString("en-US");

/** All limits, the one that breaks first at the head. */
export function breakingOf(
  stream: StreamPlan,
  aws: DeployPlan["aws"],
  workload: Workload,
): readonly Breaking[] {
  const { eventsPerRequest, eventBytes } = workload;
  const found: Breaking[] = [
    {
      limit: `one API key: ${grouped(aws.requestsPerSecond)} requests/s`,
      eventsPerSecond: aws.requestsPerSecond * eventsPerRequest,
      remedy: "Send more events in a request, or raise deploy.aws.requestsPerSecond.",
    },
    {
      limit: `API Gateway's account limit: ${grouped(REST_ACCOUNT)} requests/s`,
      eventsPerSecond: REST_ACCOUNT * eventsPerRequest,
      remedy: "Send more events in a request.",
    },
    {
      limit: `one API key: ${grouped(aws.requestsPerDay)} requests a day`,
      eventsPerSecond: (aws.requestsPerDay / 86_400) * eventsPerRequest,
      remedy: "Send more events in a request, or raise deploy.aws.requestsPerDay.",
    },
    {
      limit: `Lambda's account limit: ${grouped(LAMBDA_CONCURRENT)} at once`,
      eventsPerSecond: (LAMBDA_CONCURRENT / CHECK_SECONDS) * eventsPerRequest,
      remedy: "Send more events in a request, or ask for more concurrency.",
    },
    ...shardLimits(stream, aws, workload),
  ];
  const request = eventBytes * eventsPerRequest;
  if (request > LAMBDA_BODY || request > API_BODY) {
    found.push({
      limit: "a request's size: 6 MB for the check behind the API",
      eventsPerSecond: 0,
      remedy: `Send at most ${Math.floor(LAMBDA_BODY / eventBytes)} events in a request.`,
    });
  }
  if (workload.eventBytesMax > FIREHOSE_FROM_KINESIS_RECORD) {
    found.push({
      limit: "a record's size: 1 MiB through Kinesis and a transform",
      eventsPerSecond: 0,
      remedy: "Split the largest events, or keep their bulk elsewhere.",
    });
  }
  return found.toSorted((a, b) => a.eventsPerSecond - b.eventsPerSecond);
}

function shardLimits(
  { shards }: StreamPlan,
  { capacity, region }: DeployPlan["aws"],
  { eventBytes, keys, hottestKey }: Workload,
): Breaking[] {
  const byKey: Breaking[] =
    keys > 0 && hottestKey > 0
      ? [
          {
            limit: "one shard, for the commonest key: 1 MB/s or 1,000 records/s",
            eventsPerSecond: Math.min(MB / eventBytes, SHARD_RECORDS) / hottestKey,
            remedy: "Choose a key that spreads better: order holds within a key only.",
          },
        ]
      : [];
  if (capacity === "on-demand") {
    const most = LARGE_REGIONS.has(region) ? ON_DEMAND_LARGE_BYTES : ON_DEMAND_MAX_BYTES;
    return [
      ...byKey,
      {
        limit: "Kinesis on demand at its start: 4 MB/s, doubling as traffic grows",
        eventsPerSecond: ON_DEMAND_START_BYTES / eventBytes,
        remedy: "Let traffic grow no faster than double in 15 minutes, or use warm throughput.",
      },
      {
        limit: `Kinesis on demand at its end in ${region}: ${grouped(most / MB)} MB/s by default`,
        eventsPerSecond: most / eventBytes,
        remedy: "Ask for more, or provision shards.",
      },
    ];
  }
  return [
    ...byKey,
    {
      limit: `${shards} shard(s): ${shards} MB/s or ${grouped(shards * SHARD_RECORDS)} records/s`,
      eventsPerSecond: shards * Math.min(MB / eventBytes, SHARD_RECORDS),
      remedy: "Raise the stream's shards, or choose on-demand capacity.",
    },
  ];
}
