/** millrace drain: returns when everything accepted so far is loaded and modelled. */

import type { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import { showMs } from "../../base/units.ts";
import { askingCommand, numberWithin, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { isRecord, Refusal } from "../reach/refusal.ts";
import { paintFor } from "../show/paint.ts";
import { harmless } from "../show/text.ts";
import type { World } from "../world.ts";

interface DrainOptions extends CommonOptions {
  readonly timeout: number;
}

const GRACE_MS = 15_000;

export function drainCommand({ world, finish }: Surroundings): Command {
  return askingCommand("drain", "Wait until everything accepted so far is loaded and modelled.")
    .option("--timeout <s>", "longest wait, in seconds", numberWithin(0, 3600), 60)
    .action(async (options: DrainOptions) => finish(await drain(options, world)));
}

async function drain(options: DrainOptions, world: World): Promise<ExitCode> {
  const base = needUrl(options);
  const timeoutMs = Math.round(options.timeout * 1000);
  const beganAt = world.clock.now();
  // Not drained in time is answered with 504 and the same body, so that answer is no refusal here.
  const { status, body, said } = await askJson(
    base,
    {
      method: "POST",
      path: "/v1/drain",
      json: { timeout_ms: timeoutMs },
      silenceMsMax: timeoutMs + GRACE_MS,
    },
    { refuse: false },
  );
  if (said !== undefined) {
    throw new Refusal(said, `POST ${base}/v1/drain`);
  }
  if (!isRecord(body) || typeof body["drained"] !== "boolean") {
    throw unexpected(`${base}/v1/drain`, status, "no word on whether it drained");
  }
  const tookMs = world.clock.now() - beganAt;
  const stuck = Array.isArray(body["stuck"]) ? body["stuck"].map(String) : [];
  const all = body["drained"] && stuck.length === 0;
  if (options.json === true) {
    await world.stdout.write(`${JSON.stringify(body)}\n`);
    return all ? EXIT.ok : EXIT.no;
  }
  if (!body["drained"]) {
    const reasons = stuck.length > 0 ? stuck : ["unknown"];
    const told =
      reasons.length === 1 ? reasons[0] : `\n${reasons.map((one) => `- ${one}`).join("\n")}`;
    throw new Fault("DRAIN_TIMEOUT", { seconds: options.timeout, stuck: told });
  }
  const paint = paintFor(world.stdout, world.env);
  if (!all) {
    const lines = stuck.map((one) => `${paint.red("✗")} ${harmless(one)}\n`).join("");
    await world.stdout.write(`All else is loaded and modelled, in ${showMs(tookMs)}.\n${lines}`);
    return EXIT.no;
  }
  await world.stdout.write(
    `${paint.green("Drained")} in ${showMs(tookMs)}: all is loaded and modelled.\n`,
  );
  return EXIT.ok;
}
