/** millrace status: the whole journey in one screen. */

import type { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import type { PipelineStatus } from "../../seams/status.ts";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { MANAGED_OPTION, toManaged } from "../reach/managed.ts";
import { isRecord } from "../reach/refusal.ts";
import { paintFor } from "../show/paint.ts";
import { showPipes } from "../show/pipes.ts";
import { showStatus } from "../show/status.ts";
import type { World } from "../world.ts";

interface StatusOptions extends CommonOptions {
  readonly watch?: boolean;
  readonly managed?: string;
  readonly pipeline?: string;
}

const EVERY_MS = 1000;
const HOME = "\u001b[H";
const ERASE_TO_END = "\u001b[J";
const ERASE_LINE_END = "\u001b[K";
const CLEAR = "\u001b[2J";

export function statusCommand(around: Surroundings): Command {
  return askingCommand("status", "Show the journey in one screen.")
    .option("--watch", "show it again every second until stopped")
    .option(...MANAGED_OPTION)
    .option("--pipeline <path>", "with --managed: the pipeline's folder (default: .)")
    .action(async (options: StatusOptions) => around.finish(await status(options, around)));
}

async function status(options: StatusOptions, { world, doors }: Surroundings): Promise<ExitCode> {
  if (options.managed !== undefined) {
    await world.stdout.write(await managedText(options, options.managed, { world, doors }));
    return EXIT.ok;
  }
  const base = needUrl(options);
  const first = await askStatus(base);
  if (options.watch !== true) {
    await world.stdout.write(lineOf(first, undefined, { options, world }));
    return EXIT.ok;
  }
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => stop.abort());
  const drawn = world.stdout.isTTY && options.json !== true;
  await world.stdout.write(drawn ? CLEAR : "");
  let before: PipelineStatus | undefined;
  let now = first;
  while (!stop.signal.aborted) {
    const text = lineOf(now, before, { options, world });
    await world.stdout.write(drawn ? draw(text) : text);
    await world.sleep(EVERY_MS, stop.signal);
    before = now;
    now = stop.signal.aborted ? now : await askStatus(base);
  }
  return EXIT.ok;
}

/** Looked at once: each look lists the buckets and counts the tables, which Snowflake does not do for nothing. */
async function managedText(
  options: StatusOptions,
  address: string,
  { world, doors }: Pick<Surroundings, "world" | "doors">,
): Promise<string> {
  if (options.watch === true) {
    throw new Fault("USAGE", { cause: "--watch is not for --managed", command: "status" });
  }
  const door = await doors.managed();
  const now = await door.statusManaged(await toManaged(door, address, options.pipeline));
  return options.json === true
    ? `${JSON.stringify(now)}\n`
    : showPipes(now, paintFor(world.stdout, world.env));
}

/** Lines are overwritten in place, so that nothing flickers. */
function draw(text: string): string {
  return `${HOME}${text.replaceAll("\n", `${ERASE_LINE_END}\n`)}${ERASE_TO_END}`;
}

function lineOf(
  now: PipelineStatus,
  before: PipelineStatus | undefined,
  { options, world }: { readonly options: StatusOptions; readonly world: World },
): string {
  return options.json === true
    ? `${JSON.stringify(now)}\n`
    : showStatus(now, before, paintFor(world.stdout, world.env));
}

async function askStatus(base: string): Promise<PipelineStatus> {
  const { status: code, body } = await askJson(base, { method: "GET", path: "/v1/status" });
  if (!isStatus(body)) {
    throw unexpected(`${base}/v1/status`, code, "no status of a pipeline");
  }
  return body;
}

function isStatus(body: unknown): body is PipelineStatus {
  return isRecord(body) && typeof body["pipeline"] === "string" && Array.isArray(body["streams"]);
}
