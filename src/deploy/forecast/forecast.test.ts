/** A month's cost, a row's way in time and the first limit, beside figures that were reckoned by hand from the price list. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPlan } from "../../plan/load-plan.ts";
import { forecast, type StreamForecast } from "./forecast.ts";
import type { Route } from "./routes.ts";
import { MONTH_SECONDS, type Workload } from "./workload.ts";

const plan = await loadPlan(join(import.meta.dirname, "../../../examples/people"));

/** 2.628 billion events of 1 KiB a month. */
const THOUSAND: Workload = {
  stream: "people",
  eventsPerSecond: 1000,
  eventBytes: 1024,
  eventBytesMax: 1024,
  rowBytes: 1000,
  compressed: 0.25,
  eventsPerRequest: 100,
  keys: 1000,
  hottestKey: 0.001,
  kept: 1,
};

function of(more: Partial<Workload> = {}): StreamForecast {
  const [stream] = forecast(plan, [{ ...THOUSAND, ...more }]).streams;
  return stream as StreamForecast;
}

function usd(
  part: string,
  { route = "files", ...more }: Partial<Workload> & { route?: Route } = {},
): number {
  const lines = of(more).routes.find((one) => one.route === route)?.lines ?? [];
  const some = lines.filter((line) => line.part === part);
  return some.reduce((sum, line) => sum + line.usd, 0);
}

describe("a month's cost", () => {
  it.each([
    // 26.28 million requests at $3.50 a million.
    ["API", 91.98],
    // 730 h at $0.04, and 2,506.3 GiB in at $0.08 and out at $0.04.
    ["stream", 29.2 + 2506.26 * 0.12],
    // Each record is billed as 5 KB: 12,531.3 GiB at $0.029.
    ["delivery", 363.41],
    // 2,506,256 objects of 1 MiB, three requests each as the buffer is under a minute; one GET each; 611.9 GiB kept.
    ["bucket", 37.59 + 1 + 14.07],
    // 2,628 GB at 0.0037 credits, $3 a credit.
    ["Snowpipe", 29.17],
    // 26.28 million requests of a kilobyte; one trace a second, and a twentieth of nine more.
    ["logs and traces", 12.24 + 19.05],
  ])("of %s is as the price list says", (part, wanted) => {
    expect(usd(part)).toBeCloseTo(wanted, 1);
  });

  it("goes by tiers", () => {
    // 2,628 million requests: 333 at $3.50, 667 at $2.80, the rest at $2.38.
    expect(usd("API", { eventsPerRequest: 1 })).toBeCloseTo(1165.5 + 1867.6 + 1628 * 2.38, 0);
  });

  it("is without Firehose's rounding on the other routes", () => {
    // 2,506.3 GiB at $0.071.
    expect(usd("delivery", { route: "firehoseSnowflake" })).toBeCloseTo(177.94, 1);
    expect(usd("delivery", { route: "streaming" })).toBe(0);
  });

  it("has the models' warehouse, awake for as long as their lag leaves it no sleep", () => {
    const costs = (lag: number, size: "XSMALL" | "MEDIUM"): number | undefined => {
      const snowflake = { ...plan.deploy.snowflake, lag, size };
      return forecast({ ...plan, deploy: { ...plan.deploy, snowflake } }, [THOUSAND]).models?.usd;
    };
    expect(costs(60_000, "XSMALL")).toBe(730 * 3);
    expect(costs(600_000, "MEDIUM")).toBeCloseTo((730 * 4 * 3 * 70) / 600, 3);
    expect(forecast({ ...plan, models: undefined }, [THOUSAND]).models).toBeUndefined();
  });

  it("is in all what its lines come to", () => {
    const all = forecast(plan, [THOUSAND]);
    const lines = [...(all.streams[0]?.routes[0]?.lines ?? []), ...all.standing];
    const sum = lines.reduce((total, line) => total + line.usd, all.models?.usd ?? 0);
    expect(all.usdPerMonth).toBeCloseTo(sum, 6);
  });
});

it("tells how late a row is, stop by stop, and no models where there are none", () => {
  const stops = of().routes[0]?.stops.map(({ stop, p95Seconds }) => [stop, p95Seconds]);
  expect(stops).toEqual([
    ["API and check", 0.3],
    ["Kinesis", 1],
    ["transform's batch", 1.024],
    ["Firehose's buffer", expect.closeTo(1.153, 2)],
    ["Snowpipe", 90],
    ["models", 60],
  ]);
  const [bare] = forecast({ ...plan, models: undefined }, [THOUSAND]).streams;
  expect(bare?.routes[0]?.stops.map(({ stop }) => stop)).not.toContain("models");
});

describe("what breaks first", () => {
  it.each([
    [{}, "Kinesis on demand at its start: 4 MB/s, doubling as traffic grows"],
    [{ eventsPerRequest: 1, eventBytes: 100 }, "one API key: 10,000,000 requests a day"],
    [{ hottestKey: 0.5 }, "one shard, for the commonest key: 1 MB/s or 1,000 records/s"],
    [{ eventBytes: 100_000 }, "a request's size: 6 MB for the check behind the API"],
    [{ eventBytesMax: 2_000_000 }, "a record's size: 1 MiB through Kinesis and a transform"],
  ])("of %o", (more, limit) => {
    expect(of(more).breaking[0]?.limit).toBe(limit);
  });

  it("is Kinesis' end by region", () => {
    const ends = ["eu-west-1", "eu-central-1"].map((region) => {
      const aws = { ...plan.deploy.aws, region };
      const [stream] = forecast({ ...plan, deploy: { ...plan.deploy, aws } }, [THOUSAND]).streams;
      return stream?.breaking.find(({ limit }) => limit.includes("at its end"))?.eventsPerSecond;
    });
    expect(ends).toEqual([10e9 / 1024, 200e6 / 1024]);
  });

  it("has objects no more than events", () => {
    expect(of({ eventsPerSecond: 0.01 }).objectsPerMonth).toBeCloseTo(0.01 * MONTH_SECONDS);
  });
});
