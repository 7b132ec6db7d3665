/** What a plan would cost, how late its rows would be, and what breaks first: for each stream, and each route. */

import { defined } from "../../base/assert.ts";
import type { Plan, StreamPlan } from "../../plan/plan.ts";
import { deployedStreams } from "../streams.ts";
import { type Breaking, breakingOf } from "./breaking.ts";
import { type CostLine, modelsCost, monthlyCost, standingCost } from "./cost.ts";
import { latencyOf, modelStops, type Stop } from "./latency.ts";
import { type Cuts, cutsOf, objectsPerMonth } from "./objects.ts";
import { PRICES_DATE } from "./prices.ts";
import { type Route, ROUTES } from "./routes.ts";
import type { Workload } from "./workload.ts";

export interface RouteForecast {
  readonly route: Route;
  readonly title: string;
  readonly usdPerMonth: number;
  readonly lines: readonly CostLine[];
  readonly stops: readonly Stop[];
  readonly p50Seconds: number;
  readonly p95Seconds: number;
}

export interface StreamForecast {
  readonly workload: Workload;
  readonly cuts: Cuts;
  readonly objectsPerMonth: number;
  /** The route that a deploy makes first, then the others. */
  readonly routes: readonly RouteForecast[];
  /** The limit that breaks first at the head. */
  readonly breaking: readonly Breaking[];
}

export interface Forecast {
  readonly pricesOf: string;
  readonly region: string;
  readonly streams: readonly StreamForecast[];
  readonly standing: readonly CostLine[];
  /** The warehouse of the models; undefined where there are none. */
  readonly models: CostLine | undefined;
  /** Of the routes that a deploy makes, of the models, and what stands beside them. */
  readonly usdPerMonth: number;
}

export function forecast(plan: Plan, workloads: readonly Workload[]): Forecast {
  const users = deployedStreams(plan);
  const streams = workloads.map((workload) => {
    const stream = users.find(({ name }) => name === workload.stream);
    return forecastStream(plan, defined(stream, "a workload is of a stream"), workload);
  });
  const standing = standingCost(plan.deploy.aws, users.length);
  const models = plan.models === undefined ? undefined : modelsCost(plan.deploy.snowflake);
  const perStream = streams.map(({ routes }) => routes[0]?.usdPerMonth ?? 0);
  return {
    pricesOf: PRICES_DATE,
    region: plan.deploy.aws.region,
    streams,
    standing,
    models,
    usdPerMonth: sum(perStream) + (models?.usd ?? 0) + sum(standing.map(({ usd }) => usd)),
  };
}

function forecastStream(plan: Plan, stream: StreamPlan, workload: Workload): StreamForecast {
  const { aws } = plan.deploy;
  const routes = (Object.keys(ROUTES) as Route[]).map((route) => {
    const lines = monthlyCost({ stream, aws, workload }, route);
    const stops = [...latencyOf(stream, workload, route), ...modelStops(plan)];
    return {
      route,
      title: ROUTES[route],
      usdPerMonth: sum(lines.map(({ usd }) => usd)),
      lines,
      stops,
      p50Seconds: sum(stops.map(({ p50Seconds }) => p50Seconds)),
      // Stops are seldom all late at once: this is above the true figure.
      p95Seconds: sum(stops.map(({ p95Seconds }) => p95Seconds)),
    };
  });
  return {
    workload,
    cuts: cutsOf(stream, workload),
    objectsPerMonth: objectsPerMonth(stream, workload),
    routes,
    breaking: breakingOf(stream, aws, workload),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
