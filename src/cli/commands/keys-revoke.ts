/** millrace keys revoke: ends a key at once. */

import type { Command } from "commander";
import { askingCommand, type CommonOptions, type Surroundings } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { openKeyDesk } from "../keys/desk.ts";
import { harmless } from "../show/text.ts";

export function keysRevokeCommand({ world, doors, finish }: Surroundings): Command {
  return askingCommand("revoke", "End a key at once, and for ever.")
    .argument("<id>", "the key's id, as `millrace keys ls` shows it")
    .action(async (id: string, options: CommonOptions) => {
      const desk = await openKeyDesk(options, doors);
      const key = await desk.revoke(id);
      const shown =
        options.json === true
          ? `${JSON.stringify({ key })}\n`
          : `Key ${key.id} (${harmless(key.name)}) is revoked; every request with it is refused from now on.\n`;
      await world.stdout.write(shown);
      finish(EXIT.ok);
    });
}
