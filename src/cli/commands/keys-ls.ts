/** millrace keys ls: all keys, without their secrets. */

import type { Command } from "commander";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { openKeyDesk } from "../keys/desk.ts";
import { showKeys } from "../show/keys.ts";
import { paintFor } from "../show/paint.ts";

export function keysLsCommand({ world, doors, finish }: Surroundings): Command {
  return askingCommand("ls", "List the keys, and what they used today.").action(
    async (options: CommonOptions) => {
      const desk = await openKeyDesk(options, doors);
      const keys = await desk.list();
      const shown =
        options.json === true
          ? `${JSON.stringify({ keys })}\n`
          : showKeys(keys, paintFor(world.stdout, world.env));
      await world.stdout.write(shown);
      finish(EXIT.ok);
    },
  );
}
