/** millrace status: the whole journey in one screen. */

import type { Command } from "commander";
import type { PipelineStatus } from "../../seams/status.ts";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { isRecord } from "../reach/refusal.ts";
import { paintFor } from "../show/paint.ts";
import { showStatus } from "../show/status.ts";
import type { World } from "../world.ts";

interface StatusOptions extends CommonOptions {
  readonly watch?: boolean;
}

const EVERY_MS = 1000;
const HOME = "\u001b[H";
const ERASE_TO_END = "\u001b[J";
const ERASE_LINE_END = "\u001b[K";
const CLEAR = "\u001b[2J";

export function statusCommand({ world, finish }: Surroundings): Command {
  return askingCommand("status", "Show the journey in one screen.")
    .option("--watch", "show it again every second until stopped")
    .action(async (options: StatusOptions) => {
      finish(await status(options, world));
    });
}

async function status(options: StatusOptions, world: World): Promise<ExitCode> {
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
