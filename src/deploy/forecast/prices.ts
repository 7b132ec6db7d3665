/** List prices in US dollars, us-east-1, as known in November 2026: no discounts, taxes or data transfer. */

export const PRICES_DATE = "2026-11-01";

export interface Tier {
  /** Units this price holds for; the last one has no end. */
  readonly upTo: number;
  readonly usd: number;
}

export interface Price {
  readonly unit: string;
  readonly tiers: readonly Tier[];
  /** Who names the price. */
  readonly source: string;
  /** It was found in one place only. */
  readonly unverified?: true;
}

const flat = (usd: number): readonly Tier[] => [{ upTo: Infinity, usd }];
const GIB_TB = 1024;

export const PRICES = {
  apiRequest: {
    unit: "million requests",
    tiers: [
      { upTo: 333, usd: 3.5 },
      { upTo: 1000, usd: 2.8 },
      { upTo: 20_000, usd: 2.38 },
      { upTo: Infinity, usd: 1.51 },
    ],
    source: "API Gateway pricing, REST APIs",
  },
  lambdaRequest: { unit: "million requests", tiers: flat(0.2), source: "Lambda pricing" },
  lambdaGibSecond: {
    unit: "GiB-second",
    tiers: flat(0.000_013_333_4),
    source: "Lambda pricing, arm64, first tier",
  },
  kinesisStreamHour: {
    unit: "stream-hour",
    tiers: flat(0.04),
    source: "Kinesis pricing, on-demand",
  },
  kinesisGibIn: { unit: "GiB in", tiers: flat(0.08), source: "Kinesis pricing, on-demand" },
  kinesisGibOut: { unit: "GiB out", tiers: flat(0.04), source: "Kinesis pricing, on-demand" },
  kinesisShardHour: {
    unit: "shard-hour",
    tiers: flat(0.015),
    source: "Kinesis pricing, provisioned",
  },
  kinesisPutUnit: {
    unit: "million units of 25 KB",
    tiers: flat(0.014),
    source: "Kinesis pricing, provisioned",
  },
  firehoseGib: {
    unit: "GiB, records rounded up to 5 KB",
    tiers: [
      { upTo: 500 * GIB_TB, usd: 0.029 },
      { upTo: 2000 * GIB_TB, usd: 0.025 },
      { upTo: Infinity, usd: 0.02 },
    ],
    source: "Firehose pricing, Kinesis as source",
    unverified: true,
  },
  firehoseSnowflakeGib: {
    unit: "GiB",
    tiers: flat(0.071),
    source: "Firehose pricing, Snowflake as destination",
    unverified: true,
  },
  firehoseConversionGib: { unit: "GiB", tiers: flat(0.018), source: "Firehose pricing" },
  s3Put: { unit: "thousand requests", tiers: flat(0.005), source: "S3 pricing" },
  s3Get: { unit: "thousand requests", tiers: flat(0.0004), source: "S3 pricing" },
  s3GibMonth: { unit: "GiB-month", tiers: flat(0.023), source: "S3 pricing, standard" },
  logGib: {
    unit: "GiB taken in",
    tiers: flat(0.5),
    source: "CloudWatch pricing, logs",
    unverified: true,
  },
  traces: {
    unit: "million traces kept",
    tiers: flat(5),
    source: "X-Ray pricing",
    unverified: true,
  },
  kmsKeyMonth: { unit: "key-month", tiers: flat(1), source: "KMS pricing" },
  alarmMonth: { unit: "alarm-month", tiers: flat(0.1), source: "CloudWatch pricing" },
  dashboardMonth: { unit: "dashboard-month", tiers: flat(3), source: "CloudWatch pricing" },
  expressTaskHour: {
    unit: "hour of 1 vCPU, 2 GiB",
    tiers: flat(0.049_37),
    source: "Fargate pricing, x86",
  },
  loadBalancerHour: { unit: "hour", tiers: flat(0.0225), source: "Elastic Load Balancing pricing" },
  snowpipeCreditGb: {
    unit: "GB of uncompressed text, in credits",
    tiers: flat(0.0037),
    source: "Snowflake credit table",
  },
  warehouseHour: {
    unit: "hour of an X-Small warehouse, in credits",
    tiers: flat(1),
    source: "Snowflake credit table",
  },
  credit: { unit: "credit", tiers: flat(3), source: "Snowflake pricing, Enterprise, on demand" },
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICES;

/** What `units` of something cost, each tier at its own price. */
export function costOf(name: PriceName, units: number): number {
  let [left, from, usd] = [units, 0, 0];
  for (const tier of PRICES[name].tiers) {
    const here = Math.min(left, tier.upTo - from);
    usd += here * tier.usd;
    left -= here;
    from = tier.upTo;
    if (left <= 0) {
      break;
    }
  }
  return usd;
}
