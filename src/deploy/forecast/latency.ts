/** How long an event takes from the API to a model's row, stop by stop: typical and nearly worst. Pure. */

import type { Plan, StreamPlan } from "../../plan/plan.ts";
import { cutsOf } from "./objects.ts";
import type { Route } from "./routes.ts";
import type { Workload } from "./workload.ts";

export interface Stop {
  readonly stop: string;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly source: string;
}

export function latencyOf(stream: StreamPlan, workload: Workload, route: Route): readonly Stop[] {
  const door: Stop[] = [
    stop("API and check", [0.05, 0.3], "API Gateway and Lambda, warm"),
    stop("Kinesis", [0.2, 1], "AWS: about 200 ms with one consumer"),
  ];
  switch (route) {
    case "files": {
      const { secondsApart } = cutsOf(stream, workload);
      // Firehose hands records to the transform when a MiB or its own interval is full.
      const transform = Math.min(60, 1_048_576 / Math.max(1, rateOf(workload)));
      return [
        ...door,
        stop("transform's batch", [transform / 2, transform], "Firehose: 1 MiB or 60 s"),
        stop("Firehose's buffer", [secondsApart / 2, secondsApart * 1.1], "the stream's buffer"),
        stop("Snowpipe", [40, 90], "Snowflake: typically within about a minute"),
      ];
    }
    case "firehoseSnowflake":
      return [...door, stop("Firehose to Snowflake", [5, 15], "Firehose: seconds at buffer 0")];
    case "streaming":
      return [
        ...door,
        stop("Snowpipe Streaming", [2.2, 7.5], "published test: P50 2.18 s, P99 7.49 s"),
      ];
  }
}

/** Models are brought up to date once in their lag, whichever way their rows came. */
export function modelStops({ models, deploy }: Plan): readonly Stop[] {
  const seconds = deploy.snowflake.lag / 1000;
  return models === undefined
    ? []
    : [stop("models", [seconds / 2, seconds], "deploy.snowflake.lag; Snowflake: 60 s at least")];
}

function rateOf({ eventsPerSecond, eventBytes }: Workload): number {
  return eventsPerSecond * eventBytes;
}

function stop(
  name: string,
  [p50Seconds, p95Seconds]: readonly [number, number],
  source: string,
): Stop {
  return { stop: name, p50Seconds, p95Seconds, source };
}
