/** What a month costs, line by line, for one stream on one route. Pure. */

import type { DeployPlan, StreamPlan } from "../../plan/plan.ts";
import { objectsPerMonth } from "./objects.ts";
import { costOf, type PriceName } from "./prices.ts";
import type { Route } from "./routes.ts";
import { GB, GIB, MONTH_HOURS, MONTH_SECONDS, type Workload } from "./workload.ts";

export interface CostLine {
  readonly part: string;
  readonly what: string;
  readonly units: number;
  readonly usd: number;
}

export interface CostMeans {
  readonly stream: StreamPlan;
  readonly aws: DeployPlan["aws"];
  readonly workload: Workload;
}

const FIREHOSE_STEP = 5120;
const KINESIS_STEP = 1024;
const PUT_UNIT = 25_600;
/** A check or transform judges so many bytes a second of one vCPU: a tenth of what the engine does here. */
const LAMBDA_BYTES_PER_SECOND = 20_000_000;
const LAMBDA_START_SECONDS = 0.005;
const VCPU_MIB = 1769;
/** A request's line in the API's access log, and what Lambda says of its run: some 400 and 600 bytes. */
const LOG_BYTES = 1000;
/** Under a minute of buffer Firehose uploads in parts: begin, part, and join are a request each. */
const PARTS_UNDER_MS = 60_000;

export function monthlyCost(means: CostMeans, route: Route): readonly CostLine[] {
  const lines = [...doorLines(means), ...kinesisLines(means)];
  switch (route) {
    case "files":
      return [...lines, ...firehoseLines(means), ...bucketLines(means), ...snowpipeLines(means)];
    case "firehoseSnowflake":
      return [...lines, ...toSnowflakeLines(means), ...snowpipeLines(means)];
    case "streaming":
      return [...lines, ...consumerLines(means), ...snowpipeLines(means)];
  }
}

/** Credits an hour, as multiples of the smallest. */
const SIZES: Readonly<Record<DeployPlan["snowflake"]["size"], number>> = {
  XSMALL: 1,
  SMALL: 2,
  MEDIUM: 4,
  LARGE: 8,
  XLARGE: 16,
};
/** A run of a model keeps its warehouse up for itself, and then until AUTO_SUSPEND. */
const AWAKE_SECONDS = 70;

/**
 * The warehouse that the models run on, while events come without a pause: at a lag of a minute it never sleeps. All
 * models share it.
 */
export function modelsCost({ size, lag }: DeployPlan["snowflake"]): CostLine {
  const awake = Math.min(1, AWAKE_SECONDS / (lag / 1000));
  const hours = MONTH_HOURS * awake * SIZES[size];
  return creditLine("models", costOf("warehouseHour", hours));
}

/** What the account pays once, however many streams there are. */
export function standingCost(aws: DeployPlan["aws"], streams: number): readonly CostLine[] {
  const alarms = streams * 7;
  const lines = [
    line("key", "kmsKeyMonth", 1),
    line("alarms", "alarmMonth", alarms),
    line("dashboard", "dashboardMonth", 1),
  ];
  if (aws.reading !== "none") {
    lines.push(line("read APIs", "expressTaskHour", MONTH_HOURS));
    lines.push(line("read APIs", "loadBalancerHour", MONTH_HOURS));
  }
  return lines;
}

function line(part: string, what: PriceName, units: number): CostLine {
  return { part, what, units, usd: costOf(what, units) };
}

function eventsOf({ eventsPerSecond }: Workload): number {
  return eventsPerSecond * MONTH_SECONDS;
}

function doorLines({ aws, workload }: CostMeans): CostLine[] {
  const perSecond = workload.eventsPerSecond / workload.eventsPerRequest;
  const requests = perSecond * MONTH_SECONDS;
  // X-Ray keeps the first request of a second and a twentieth of the rest, unless it is told otherwise.
  const traces = (Math.min(1, perSecond) + Math.max(0, perSecond - 1) / 20) * MONTH_SECONDS;
  return [
    line("API", "apiRequest", requests / 1e6),
    line("logs and traces", "logGib", (requests * LOG_BYTES) / GIB),
    line("logs and traces", "traces", traces / 1e6),
    ...lambdaLines("check", {
      calls: requests,
      bytes: eventsOf(workload) * workload.eventBytes,
      memoryMiB: aws.checkMemoryMiB,
    }),
  ];
}

interface LambdaWork {
  readonly calls: number;
  readonly bytes: number;
  readonly memoryMiB: number;
}

function lambdaLines(part: string, { calls, bytes, memoryMiB }: LambdaWork): CostLine[] {
  const share = Math.min(1, memoryMiB / VCPU_MIB);
  const seconds = calls * LAMBDA_START_SECONDS + bytes / (LAMBDA_BYTES_PER_SECOND * share);
  return [
    line(part, "lambdaRequest", calls / 1e6),
    line(part, "lambdaGibSecond", seconds * (memoryMiB / 1024)),
  ];
}

function kinesisLines({ stream, aws, workload }: CostMeans): CostLine[] {
  const events = eventsOf(workload) * workload.kept;
  const size = workload.eventBytes;
  if (aws.capacity === "provisioned") {
    return [
      line("stream", "kinesisShardHour", stream.shards * MONTH_HOURS),
      line("stream", "kinesisPutUnit", (events * Math.ceil(size / PUT_UNIT)) / 1e6),
    ];
  }
  const rounded = (events * Math.ceil(size / KINESIS_STEP) * KINESIS_STEP) / GIB;
  return [
    line("stream", "kinesisStreamHour", MONTH_HOURS),
    line("stream", "kinesisGibIn", rounded),
    line("stream", "kinesisGibOut", rounded),
  ];
}

function firehoseLines({ stream, aws, workload }: CostMeans): CostLine[] {
  const events = eventsOf(workload) * workload.kept;
  const rounded = (events * Math.ceil(workload.eventBytes / FIREHOSE_STEP) * FIREHOSE_STEP) / GIB;
  const bytes = events * workload.eventBytes;
  const lines = [
    line("delivery", "firehoseGib", rounded),
    // Firehose hands the transform about a MiB at a time.
    ...lambdaLines("transform", {
      calls: bytes / 1_048_576,
      bytes,
      memoryMiB: aws.transformMemoryMiB,
    }),
  ];
  if (stream.deliver.format === "parquet") {
    lines.push(line("delivery", "firehoseConversionGib", rounded));
  }
  return lines;
}

function bucketLines({ stream, workload }: CostMeans): CostLine[] {
  const objects = objectsPerMonth(stream, workload);
  const stored =
    (eventsOf(workload) * workload.kept * workload.rowBytes * workload.compressed) / GIB;
  const puts = stream.deliver.buffer.interval < PARTS_UNDER_MS ? 3 : 1;
  return [
    line("bucket", "s3Put", (objects * puts) / 1000),
    line("bucket", "s3Get", objects / 1000),
    // What one month brings, kept for that month: it grows by as much every month.
    line("bucket", "s3GibMonth", stored),
  ];
}

function toSnowflakeLines({ workload }: CostMeans): CostLine[] {
  const bytes = eventsOf(workload) * workload.kept * workload.eventBytes;
  return [line("delivery", "firehoseSnowflakeGib", bytes / GIB)];
}

/** A consumer of our own on Fargate: it reads shards and appends rows. */
function consumerLines({ workload }: CostMeans): CostLine[] {
  const tasks = Math.max(1, Math.ceil(workload.eventsPerSecond / 20_000));
  return [line("consumer", "expressTaskHour", tasks * MONTH_HOURS)];
}

function snowpipeLines({ workload }: CostMeans): CostLine[] {
  const gb = (eventsOf(workload) * workload.kept * workload.rowBytes) / GB;
  return [creditLine("Snowpipe", costOf("snowpipeCreditGb", gb))];
}

function creditLine(part: string, credits: number): CostLine {
  return line(part, "credit", credits);
}
