/** millrace verify: closes the books; exit 0 only on BALANCED. */

import type { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import { showMs } from "../../base/units.ts";
import type { Verification } from "../../seams/verify.ts";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { findPipeline } from "../reach/find-pipeline.ts";
import { isRecord } from "../reach/refusal.ts";
import { paintFor } from "../show/paint.ts";
import { showVerification } from "../show/verification.ts";

interface VerifyOptions extends CommonOptions {
  readonly deep?: boolean;
  readonly pipeline?: string;
}

/** Hashing a large lake takes its time. */
const SILENCE_MS = 3_600_000;

export function verifyCommand(around: Surroundings): Command {
  return askingCommand("verify", "Close the books: is every accepted event where it should be?")
    .option("--deep", "read every object of the lake again and compare its hash")
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

function isVerification(body: unknown): body is Verification {
  return isRecord(body) && typeof body["state"] === "string" && Array.isArray(body["findings"]);
}
