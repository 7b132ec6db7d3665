/** millrace tail STREAM: live events, one per line. */

import type { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import { askingCommand, wholeNumber, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { needSuccess, readChunks } from "../reach/ask.ts";
import { readEvents, type ServerEvent } from "../reach/events.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { isRecord } from "../reach/refusal.ts";
import { paintFor, type Paint } from "../show/paint.ts";
import { cut, harmless, widthOf } from "../show/text.ts";
import type { World } from "../world.ts";

interface TailOptions extends CommonOptions {
  readonly number?: number;
}

/** The pipeline sends a comment at least every 15 s, so a longer silence means that it is gone. */
const SILENCE_MS = 60_000;

export function tailCommand({ world, finish }: Surroundings): Command {
  return askingCommand("tail", "Show live events of a stream, one per line.")
    .argument("<stream>", "stream of the pipeline")
    .option("-n, --number <n>", "stop after so many", wholeNumber(1, 1_000_000_000))
    .action(async (stream: string, options: TailOptions) => {
      finish(await tail(stream, options, world));
    });
}

async function tail(stream: string, options: TailOptions, world: World): Promise<ExitCode> {
  const base = needUrl(options);
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => stop.abort());
  const path = `/v1/tail/${encodeURIComponent(stream)}`;
  const question = { method: "GET", path, silenceMsMax: SILENCE_MS, signal: stop.signal } as const;
  let left = options.number ?? Infinity;
  try {
    const answer = await needSuccess(base, question);
    for await (const event of readEvents(readChunks(base, answer))) {
      await world.stdout.write(lineOf(event, options, world));
      left -= event.name === "skipped" ? 0 : 1;
      if (left <= 0) {
        return EXIT.ok;
      }
    }
  } catch (thrown) {
    if (stop.signal.aborted) {
      return EXIT.ok;
    }
    throw thrown;
  } finally {
    stop.abort();
  }
  throw new Fault("NOT_RUNNING", { url: `${base} any more` });
}

function lineOf(event: ServerEvent, options: CommonOptions, world: World): string {
  if (options.json === true) {
    return event.name === "skipped" ? "" : `${event.data.replaceAll("\n", " ")}\n`;
  }
  const paint = paintFor(world.stdout, world.env);
  if (event.name === "skipped") {
    return `${paint.yellow("… too fast to show: some events were left out")}\n`;
  }
  const width = world.stdout.isTTY ? world.stdout.columns : Infinity;
  return `${showEvent(event.data, width, paint)}\n`;
}

const MEMBER = ',"event":';

/** `10:03:44.120  prices.0.17  {"country":"Kenya",…}`; the event keeps the digits and order it came with. */
function showEvent(data: string, width: number, paint: Paint): string {
  const parsed = toJson(data);
  const at = data.indexOf(MEMBER);
  if (!isRecord(parsed) || at === -1) {
    return cut(harmless(data), width);
  }
  const { id, accepted_at: acceptedAt } = parsed;
  const time = typeof acceptedAt === "string" ? harmless(acceptedAt.slice(11, 23)) : "";
  const name = harmless(String(id));
  const event = harmless(data.slice(at + MEMBER.length, -1));
  const left = Math.max(20, width - widthOf(time) - widthOf(name) - 4);
  return `${paint.dim(time)}  ${paint.cyan(name)}  ${cut(event, left)}`;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
