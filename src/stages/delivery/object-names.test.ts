/** Names of objects: Firehose's pattern, bounded, and never the same for two objects. */

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { toInstant } from "../../base/clock.ts";
import { planOne } from "./fixture.ts";
import { nameCut } from "./object-names.ts";

const schema = z.object({ a: z.string() });
let count = 0;
const facts = {
  pipeline: "shop",
  oldestAt: toInstant(Date.UTC(2026, 6, 13, 14, 5, 6, 789)),
  random: () => 0,
  uuid: () => `uuid-${(count += 1)}`,
};

describe("nameCut", () => {
  it.each([
    ["csv", "none", ".csv"],
    ["csv", "gzip", ".csv.gz"],
    ["ndjson", "zstd", ".ndjson.zst"],
    ["parquet", "snappy", ".parquet"],
    ["parquet", "gzip", ".parquet"],
  ] as const)("ends %s %s in %s", (format, compression, suffix) => {
    const { object } = nameCut(planOne({ schema, deliver: { format, compression } }), facts);
    expect(object).toMatch(
      /^prices\/2026\/07\/13\/14\/shop-prices-1-2026-07-13-14-05-06-uuid-\d+\./,
    );
    expect(object.endsWith(suffix)).toBe(true);
  });

  it("names failed records apart, also where both prefixes are the same", () => {
    const deliver = { format: "ndjson", prefix: "x/", errorPrefix: "x/2026/07/13/14/" } as const;
    const { object, failed } = nameCut(planOne({ schema, deliver }), facts);
    expect(failed).toMatch(/^x\/2026\/07\/13\/14\/shop-prices-1-.*\.ndjson$/);
    expect(failed).not.toBe(object);
  });

  it("keeps the longest names within what a file system takes", () => {
    const plan = planOne({ schema, deliver: { format: "ndjson", compression: "gzip" } });
    const long = { ...plan, name: "s".repeat(128) as typeof plan.name };
    const longFacts = { ...facts, pipeline: "p".repeat(64), uuid: randomUUID };
    const { object } = nameCut(long, longFacts);
    expect(object.split("/").at(-1)?.length).toBeLessThanOrEqual(255 - 64);
  });
});
