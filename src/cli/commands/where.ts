/** millrace where ID: one event's way from the door to its row. */

import type { Command } from "commander";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { askJson, unexpected } from "../reach/ask.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { paintFor } from "../show/paint.ts";
import { showPath, toWhereabouts } from "../show/path.ts";
import type { World } from "../world.ts";

export function whereCommand({ world, finish }: Surroundings): Command {
  return askingCommand("where", "Show one event's way, from the door to its row.")
    .argument("<id>", "the event's id, as its receipt names it")
    .action(async (id: string, options: CommonOptions) => {
      await where(id, options, world);
      finish(EXIT.ok);
    });
}

async function where(id: string, options: CommonOptions, world: World): Promise<void> {
  const base = needUrl(options);
  const path = `/v1/events/${encodeURIComponent(id)}`;
  const { status, body } = await askJson(base, { method: "GET", path });
  if (options.json === true) {
    await world.stdout.write(`${JSON.stringify(body)}\n`);
    return;
  }
  const found = toWhereabouts(body);
  if (found === undefined) {
    throw unexpected(`${base}${path}`, status, "no steps of an event");
  }
  await world.stdout.write(showPath(found, paintFor(world.stdout, world.env)));
}
