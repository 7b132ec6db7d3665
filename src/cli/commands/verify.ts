/** millrace verify: closes the books; exit 0 only on BALANCED. */

import { resolve } from "node:path";
import type { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import { showMs } from "../../base/units.ts";
import type { Verification } from "../../seams/verify.ts";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { DEPLOY_OUT } from "./deploy.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { findPipeline } from "../reach/find-pipeline.ts";
import { MANAGED_OPTION, toManaged } from "../reach/managed.ts";
import { isRecord } from "../reach/refusal.ts";
import { paintFor } from "../show/paint.ts";
import { showVerification } from "../show/verification.ts";

interface VerifyOptions extends CommonOptions {
  readonly deep?: boolean;
  readonly pipeline?: string;
  readonly managed?: string;
  readonly refresh?: boolean;
}

/** Hashing a large lake takes its time. */
const SILENCE_MS = 3_600_000;

export function verifyCommand(around: Surroundings): Command {
  return askingCommand("verify", "Close the books: is every accepted event where it should be?")
    .option("--deep", "read every object of the lake again and compare its hash")
    .option(...MANAGED_OPTION)
    .option("--refresh", "with --managed: queue objects that Snowflake was not told of")
    .option("--pipeline <path>", "the pipeline's folder, where none runs and it is not known")
    .action(async (options: VerifyOptions) => around.finish(await verify(options, around)));
}

async function verify(options: VerifyOptions, around: Surroundings): Promise<ExitCode> {
  const { world } = around;
  const verification = await closeBooks(options, around);
  const paint = paintFor(world.stdout, world.env);
  await world.stdout.write(
    options.json === true
      ? `${JSON.stringify(verification)}\n`
      : showVerification(verification, showMs(verification.tookMs), paint),
  );
  return verification.state === "BALANCED" ? EXIT.ok : EXIT.no;
}

async function closeBooks(options: VerifyOptions, { doors }: Surroundings): Promise<Verification> {
  if (options.managed !== undefined) {
    return await closeManaged(options, options.managed, doors);
  }
  if (options.refresh === true) {
    throw new Fault("USAGE", { cause: "--refresh is for --managed", command: "verify" });
  }
  const { url, data } = findPipeline(options);
  const deep = options.deep === true;
  try {
    if (url !== undefined) {
      const path = "/v1/verify";
      const question = { method: "POST", path, json: { deep }, silenceMsMax: SILENCE_MS } as const;
      const { status, body } = await askJson(url, question);
      if (isVerification(body)) {
        return body;
      }
      throw unexpected(`${url}${path}`, status, "no state of the books");
    }
  } catch (thrown) {
    const absent = thrown instanceof Fault && thrown.code === "NOT_RUNNING";
    if (!absent || data === undefined) {
      throw thrown;
    }
  }
  if (data === undefined) {
    throw new Fault("NOT_RUNNING", { url: `the data folder ${options.data ?? ""}` });
  }
  const { verifyOffline } = await doors.offline();
  return await verifyOffline(data, { pipeline: options.pipeline, deep });
}

/** What Firehose delivered against what Snowflake's pipes and tables say of it. */
async function closeManaged(
  options: VerifyOptions,
  address: string,
  doors: Surroundings["doors"],
): Promise<Verification> {
  const door = await doors.managed();
  return await door.verifyManaged({
    ...(await toManaged(door, address, options.pipeline)),
    refresh: options.refresh === true,
    marks: resolve(DEPLOY_OUT, "refreshed.json"),
  });
}

function isVerification(body: unknown): body is Verification {
  return isRecord(body) && typeof body["state"] === "string" && Array.isArray(body["findings"]);
}
