/** millrace dead redrive: sends dead letters' records again, fixed or as they are, after showing what would pass. */

import type { Command } from "commander";
import { askingCommand, type Surroundings } from "../command.ts";
import { addFilterOptions, isConfirmed, toFilter, type FilterOptions } from "../dead/filter.ts";
import { loadFix } from "../dead/fix.ts";
import { redriveAll } from "../dead/redrive.ts";
import { EXIT } from "../exit-codes.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { paintFor } from "../show/paint.ts";
import { showRedrive } from "../show/redrive.ts";
import type { World } from "../world.ts";

interface RedriveOptions extends FilterOptions {
  readonly fix?: string;
}

export function deadRedriveCommand({ world, finish }: Surroundings): Command {
  const command = askingCommand(
    "redrive",
    "Send dead letters' records again; a dry run without --yes.",
  );
  return addFilterOptions(command)
    .option(
      "--fix <file>",
      "TypeScript file whose default export mends a record, or gives undefined",
    )
    .action(async (options: RedriveOptions) => {
      await redrive(options, world);
      finish(EXIT.ok);
    });
}

async function redrive(options: RedriveOptions, world: World): Promise<void> {
  const fix = options.fix === undefined ? undefined : await loadFix(options.fix);
  const summary = await redriveAll({
    base: needUrl(options),
    filter: toFilter(options),
    fix,
    confirm: isConfirmed(options),
  });
  const text =
    options.json === true
      ? `${JSON.stringify(summary)}\n`
      : showRedrive(summary, paintFor(world.stdout, world.env));
  await world.stdout.write(text);
}
