/** millrace dead ls: the dead letters, grouped by cause. */

import type { Command } from "commander";
import { askingCommand, wholeNumber, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { paintFor } from "../show/paint.ts";
import { showLetters, toLetterList } from "../show/letters.ts";
import type { World } from "../world.ts";

interface ListOptions extends CommonOptions {
  readonly stream?: string;
  readonly limit: number;
  readonly all?: boolean;
}

export function deadLsCommand({ world, finish }: Surroundings): Command {
  return askingCommand(
    "ls",
    "List the open dead letters, grouped by cause, and the newest of them.",
  )
    .option("--stream <stream>", "only those of one stream")
    .option("--all", "also those that were redriven or dropped")
    .option("--limit <n>", "how many of the newest to list", wholeNumber(1, 1000), 10)
    .action(async (options: ListOptions) => {
      await list(options, world);
      finish(EXIT.ok);
    });
}

async function list(options: ListOptions, world: World): Promise<void> {
  const base = needUrl(options);
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.stream !== undefined) {
    query.set("stream", options.stream);
  }
  if (options.all === true) {
    query.set("all", "true");
  }
  const path = `/v1/dead-letters?${query.toString()}`;
  const { status, body } = await askJson(base, { method: "GET", path });
  if (options.json === true) {
    await world.stdout.write(`${JSON.stringify(body)}\n`);
    return;
  }
  const letters = toLetterList(body);
  if (letters === undefined) {
    throw unexpected(`${base}${path}`, status, "no list of dead letters");
  }
  await world.stdout.write(showLetters(letters, paintFor(world.stdout, world.env)));
}
