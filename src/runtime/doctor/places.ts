/** What the addresses need: their packages, and that whoever stands behind them answers with these credentials. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KinesisAddress, LakeAddress } from "../../base/address.ts";
import type { SnowflakeAddress } from "../../base/warehouse-address.ts";
import { Fault } from "../../base/faults.ts";
import { isEngineStream } from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import { folderPlace, openLake } from "../../stages/lake/index.ts";
import { openRemoteStream } from "../../stages/stream/remote/index.ts";
import { openHouse } from "../warehouse/open-house.ts";
import type { Places } from "../places/places.ts";
import { failed, type Finding, ok } from "./finding.ts";

interface Need {
  readonly what: string;
  readonly package: string;
}

/** Packages that are optional for Millrace and needed by this pipeline, where it runs. */
export function driversOf(plan: Plan | undefined, places: Places | undefined): readonly Need[] {
  const sources = Object.values(plan?.sources ?? {});
  const kinds = new Set(sources.map((source) => ("kind" in source ? source.kind : "own")));
  const buckets = sources.some(
    (source) => "from" in source && source.from.some((from) => from.startsWith("s3://")),
  );
  const needs: Need[] = [];
  if (places?.lake?.kind === "s3") {
    needs.push({ what: "A lake on S3", package: "@aws-sdk/client-s3" });
  }
  if (buckets) {
    needs.push({ what: "A source of a bucket", package: "@aws-sdk/client-s3" });
  }
  if (kinds.has("kafka")) {
    needs.push({ what: "A source of Kafka", package: "@platformatic/kafka" });
  }
  if (places?.stream.kind === "kinesis") {
    needs.push({ what: "A stream on Kinesis", package: "@aws-sdk/client-kinesis" });
    if (places.stream.endpoint !== undefined) {
      needs.push({ what: "A server like Kinesis", package: "@smithy/node-http-handler" });
    }
  }
  if (places?.warehouse?.transport === "driver") {
    needs.push({ what: "Snowflake's driver", package: "snowflake-sdk" });
  }
  return needs;
}

export function checkDrivers(needs: readonly Need[]): readonly Finding[] {
  if (needs.length === 0) {
    return [ok("packages", "no optional one is needed")];
  }
  return needs.map((need) => {
    try {
      import.meta.resolve(need.package);
      return ok("packages", `${need.package} is there`);
    } catch (thrown) {
      return failed("packages", new Fault("DRIVER_MISSING", { ...need }, thrown));
    }
  });
}

/** Asks each address for next to nothing, as the pipeline would. */
export async function checkReach(
  plan: Plan | undefined,
  places: Places | undefined,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  if (places?.lake?.kind === "s3") {
    found.push(await attempt("lake", places.texts.lake, reachLake(places.lake)));
  }
  if (places?.stream.kind === "kinesis") {
    const address = places.stream;
    for (const { name } of plan?.streams.filter((one) => !isEngineStream(one.name)) ?? []) {
      found.push(await attempt("stream", `${address.prefix}${name}`, reachStream(address, name)));
    }
  }
  if (places?.warehouse !== undefined) {
    const { texts, warehouse } = places;
    found.push(await attempt("warehouse", texts.warehouse, reachWarehouse(warehouse)));
  }
  return found;
}

async function attempt(about: string, what: string, asking: Promise<void>): Promise<Finding> {
  try {
    await asking;
    return ok(about, `${what} answers`);
  } catch (thrown) {
    return failed(about, thrown);
  }
}

/** A listing that finds nothing: it needs the credentials and the bucket, and costs one request. */
async function reachLake(address: LakeAddress): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-doctor-"));
  try {
    await using lake = await openLake({ place: { address, scratch }, writes: false });
    for await (const _ of lake.inner.list("_doctor/")) {
      break;
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One question that reads nothing: it logs in, and wakes what computes. */
async function reachWarehouse(address: SnowflakeAddress): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-doctor-"));
  try {
    const house = { address, owner: { id: "doctor", path: scratch } };
    await using opened = await openHouse({ lake: folderPlace(scratch), warehouse: "", house });
    await opened.query.run("SELECT 1");
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function reachStream(address: KinesisAddress, name: string): Promise<void> {
  using stream = await openRemoteStream(address, name);
  await stream.shards();
}
