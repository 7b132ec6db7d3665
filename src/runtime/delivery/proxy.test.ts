/** The delivery thread for real: it delivers, comes back after a death, and refuses another definition. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { type RecordBatch, toBatch } from "../../seams/append.ts";
import { folderPlace, openLake } from "../../stages/lake/index.ts";
import { openStream, type Stream } from "../../stages/stream/index.ts";
import { type DeliveryProxyOptions, openDeliveryProxy } from "./proxy.ts";

const DEFINITION = `
import { definePipeline, defineStream } from "${join(import.meta.dirname, "../../index.ts")}";
import { z } from "${join(import.meta.dirname, "../../../node_modules/zod/index.js")}";
export default definePipeline({
  name: "shop",
  streams: {
    prices: defineStream({
      schema: z.object({ name: z.string() }),
      deliver: {
        format: "csv",
        buffer: { interval: "100ms" },
        transform: (row) => {
          if (row.name === "die") process.exit(3);
          return { name: row.name.toUpperCase() };
        },
      },
    }),
  },
});
`;

let folder: string;
let planHash: string;
let log: Stream;
let told: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-thread-"));
  await writeFile(join(folder, "pipeline.ts"), DEFINITION);
  planHash = hashOf(folder);
  const path = join(folder, "log");
  const random = randomBytes;
  log = await openStream({ folder: path, stream: "prices", shards: 1, clock: systemClock, random });
  told = [];
});

afterEach(async () => {
  await log[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The hash as Node sees the file: the test runner rewrites what it imports, and functions count by their text. */
function hashOf(pipeline: string): string {
  const loader = join(import.meta.dirname, "../../plan/load-plan.ts");
  const code = `import { loadPlan } from "${loader}"; process.stdout.write((await loadPlan("${pipeline}")).hash);`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
}

function options(): DeliveryProxyOptions {
  return {
    pipeline: join(folder, "pipeline.ts"),
    planHash,
    lake: folderPlace(join(folder, "lake")),
    journal: join(folder, "delivery.sqlite"),
    trail: join(folder, "transform-trail.json"),
    logs: [{ stream: "prices", folder: join(folder, "log"), shared: log.shared }],
    clock: systemClock,
    announced: (stream, cut) => told.push(`${stream} ${cut}`),
    log: (line) => told.push(line),
  };
}

function batchOf(names: readonly string[]): RecordBatch {
  return toBatch(names.map((name) => `{"name":"${name}"}`));
}

async function namesDelivered(): Promise<string[]> {
  await using lake = await openLake({ place: folderPlace(join(folder, "lake")), writes: false });
  const names: string[] = [];
  for (let cut = 1; cut <= (await lake.announcements.newest("prices")); cut += 1) {
    const object = (await lake.announcements.read("prices", cut))?.object;
    const text = object === undefined ? "" : String(await lake.store.get(object.name));
    names.push(
      ...text
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",")[0] ?? ""),
    );
  }
  return names;
}

describe("the delivery thread", () => {
  it("delivers what the log has, tells of it, and says how far it is", async () => {
    await using delivery = await openDeliveryProxy(options());
    await log.append(batchOf(["a", "b"]));
    expect(await delivery.flush(10_000)).toBe(true);
    expect(delivery.meter("prices")).toMatchObject({ records: 2, pending: 0, trouble: undefined });
    expect(delivery.delivered("prices")).toBeDefined();
    expect(told).toContain("prices 1");
    expect(await namesDelivered()).toEqual(["A", "B"]);
  });

  it("goes on where it was after a clean stop", async () => {
    {
      await using delivery = await openDeliveryProxy(options());
      await log.append(batchOf(["a"]));
      expect(await delivery.flush(10_000)).toBe(true);
    }
    await using delivery = await openDeliveryProxy(options());
    await log.append(batchOf(["b"]));
    expect(await delivery.flush(10_000)).toBe(true);
    expect(delivery.meter("prices").records).toBe(2);
    expect(await namesDelivered()).toEqual(["A", "B"]);
  });

  it(
    "starts again by itself, keeps what it had delivered, and goes past what ends it",
    { timeout: 90_000 },
    async () => {
      await using delivery = await openDeliveryProxy(options());
      await log.append(batchOf(["a"]));
      expect(await delivery.flush(10_000)).toBe(true);
      await log.append(batchOf(["die"]));
      // The record ends each life that reads it, until it is known for that and set aside.
      expect(await delivery.flush(60_000)).toBe(true);
      expect(delivery.state().restarts).toBeGreaterThan(0);
      expect(delivery.meter("prices").failed).toBe(1);
      expect(told.some((line) => line.includes("ended with code 3"))).toBe(true);
      expect(await namesDelivered()).toEqual(["A"]);
    },
  );

  it("refuses a definition that is not the one that was started", async () => {
    const changed = { ...options(), planHash: "0000000000000000" };
    await expect(openDeliveryProxy(changed)).rejects.toMatchObject({ code: "DELIVERY_STOPPED" });
  });
});
