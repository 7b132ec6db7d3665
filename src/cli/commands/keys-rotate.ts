/** millrace keys rotate: a new secret for a key; the one before goes on for a while. */

import type { Command } from "commander";
import { toMs } from "../../base/units.ts";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { openKeyDesk } from "../keys/desk.ts";
import { showNewKey } from "../show/keys.ts";
import { paintFor } from "../show/paint.ts";
import { toDuration } from "./keys-create.ts";

interface RotateOptions extends CommonOptions {
  readonly overlap: string;
}

export function keysRotateCommand({ world, doors, finish }: Surroundings): Command {
  return askingCommand("rotate", "Give a key a new secret, shown once.")
    .argument("<id>", "the key's id, as `millrace keys ls` shows it")
    .option("--overlap <duration>", "how long the secret before is still taken", toDuration, "24h")
    .action(async (id: string, options: RotateOptions) => {
      const desk = await openKeyDesk(options, doors);
      const { overlap } = options;
      const made = await desk.rotate(id, { text: overlap, ms: toMs(overlap) ?? 0 });
      const shown =
        options.json === true
          ? `${JSON.stringify(made)}\n`
          : showNewKey(made, paintFor(world.stdout, world.env));
      await world.stdout.write(shown);
      finish(EXIT.ok);
    });
}
