/** millrace replay STREAM: brings what is missing again: objects from the log, rows from the objects. */

import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { toInstant } from "../../base/clock.ts";
import { showMs } from "../../base/units.ts";
import type { Bound } from "../../runtime/rebuild/range.ts";
import type { Replayed } from "../../runtime/rebuild/replay.ts";
import type { Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { DATA_DEFAULT } from "../reach/find-pipeline.ts";
import { showCount } from "../show/numbers.ts";
import { harmless } from "../show/text.ts";

interface ReplayOptions {
  readonly data: string;
  readonly pipeline?: string;
  readonly from?: Bound;
  readonly to?: Bound;
  readonly json?: boolean;
}

const MORE = `
Stop the pipeline first. For every cut that holds a record of the span:
  - an object of the lake that is gone or damaged is made again from the log, byte for byte, while the
    log retains its records and the pipeline still makes the same bytes of them;
  - an object that was set aside, because no load could take it, is loaded;
  - a row or dead letter that the warehouse lacks is loaded again from its object, under its old load.
Nothing is deleted, and what is there is not loaded twice, however often this runs. When rows came
back, all models are made anew. Exit 1 says that something could not be brought back.
A bound is a time (2026-03-01, 2026-03-01T10:00Z) or a place in the log (SHARD:SEQUENCE).`;

export function replayCommand(around: Surroundings): Command {
  return new Command("replay")
    .description("Bring missing objects and rows of a stream again, from the log and the lake.")
    .argument("<stream>", "the stream")
    .option("--from <bound>", "from this time or place on (default: the first cut)", toBound)
    .option("--to <bound>", "up to this time or place (default: the newest cut)", toBound)
    .option("--data <dir>", "data folder to mend", DATA_DEFAULT)
    .option("--pipeline <path>", "the pipeline's folder, when it is not the one last started")
    .option("--json", "print JSON for programs")
    .addHelpText("after", MORE)
    .action(async (stream: string, options: ReplayOptions) => {
      around.finish(await replay(stream, options, around));
    });
}

/** A time as ISO 8601, or SHARD:SEQUENCE. */
export function toBound(text: string): Bound {
  const place = /^(\d{1,5}):(\d{1,15})$/.exec(text);
  if (place !== null) {
    return { kind: "place", shard: Number(place[1]), sequence: Number(place[2]) };
  }
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError(
      "It must be a time such as 2026-03-01T10:00Z, or SHARD:SEQUENCE.",
    );
  }
  return { kind: "time", at: toInstant(at) };
}

async function replay(
  stream: string,
  { data, pipeline, from, to, json }: ReplayOptions,
  { world, doors }: Surroundings,
): Promise<ExitCode> {
  const { replayStream } = await doors.replay();
  const replayed = await replayStream({ data: resolve(data), pipeline, stream, from, to });
  await world.stdout.write(json === true ? `${JSON.stringify(replayed)}\n` : summary(replayed));
  return replayed.unable.length === 0 ? EXIT.ok : EXIT.no;
}

const LISTED = 10;

function summary(replayed: Replayed): string {
  const { cuts, records, objects, rows, loaded, models, unable, tookMs } = replayed;
  const anew = models === 0 ? "" : `, ${models} model(s) made anew`;
  const lines = [
    `${showCount(records)} record(s) in ${showCount(cuts)} cut(s) looked through in ${showMs(tookMs)}.`,
    `${showCount(objects.length)} object(s) made again, ${showCount(rows)} row(s) put back${anew}.`,
    ...(loaded === 0 ? [] : [`${showCount(loaded)} object(s) that were set aside are loaded.`]),
    ...unable
      .slice(0, LISTED)
      .map(({ cut, object, why }) => `✗ cut ${cut} ${harmless(object)}: ${harmless(why)}`),
    ...(unable.length > LISTED ? [`and ${unable.length - LISTED} more; --json lists all`] : []),
  ];
  return `${lines.join("\n")}\n`;
}
