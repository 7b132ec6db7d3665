/** millrace dead show ID: one dead letter with its reasons and its bytes. */

import type { Command } from "commander";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { isRecord } from "../reach/refusal.ts";
import { showLetter } from "../show/letters.ts";
import { paintFor } from "../show/paint.ts";
import type { World } from "../world.ts";

export function deadShowCommand({ world, finish }: Surroundings): Command {
  return askingCommand("show", "Show one dead letter with its reasons and its bytes.")
    .argument("<id>", "the letter's id, as `dead ls` lists it")
    .action(async (id: string, options: CommonOptions) => {
      await show(id, options, world);
      finish(EXIT.ok);
    });
}

async function show(id: string, options: CommonOptions, world: World): Promise<void> {
  const base = needUrl(options);
  const path = `/v1/dead-letters/${encodeURIComponent(id)}`;
  const { status, body } = await askJson(base, { method: "GET", path });
  if (options.json === true) {
    await world.stdout.write(`${JSON.stringify(body)}\n`);
    return;
  }
  if (!isRecord(body)) {
    throw unexpected(`${base}${path}`, status, "no dead letter");
  }
  await world.stdout.write(showLetter(body, paintFor(world.stdout, world.env)));
}
