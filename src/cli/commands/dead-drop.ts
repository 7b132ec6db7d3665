/** millrace dead drop: closes dead letters of which nothing more is to come, with the reason. */

import type { Command } from "commander";
import { Fault } from "../../base/faults.ts";
import { askingCommand, type Surroundings } from "../command.ts";
import { addFilterOptions, isConfirmed, toFilter, type FilterOptions } from "../dead/filter.ts";
import { ask } from "../dead/redrive.ts";
import { EXIT } from "../exit-codes.ts";
import { unexpected } from "../reach/ask.ts";
import { needUrl } from "../reach/find-pipeline.ts";
import { isRecord } from "../reach/refusal.ts";
import { showCounted } from "../show/numbers.ts";
import { paintFor } from "../show/paint.ts";
import type { World } from "../world.ts";

interface DropOptions extends FilterOptions {
  readonly reason: string;
}

const LETTERS_PER_PAGE = 5000;

export function deadDropCommand({ world, finish }: Surroundings): Command {
  const command = askingCommand(
    "drop",
    "Close dead letters with a reason; a dry run without --yes.",
  );
  return addFilterOptions(command)
    .requiredOption("--reason <text>", "why nothing more is to come of them")
    .action(async (options: DropOptions) => {
      await drop(options, world);
      finish(EXIT.ok);
    });
}

async function drop(options: DropOptions, world: World): Promise<void> {
  const filter = toFilter(options);
  if (Object.keys(filter).length === 0) {
    const cause = "Say which letters: --stream, --cause or --id.";
    throw new Fault("USAGE", { cause, command: "millrace dead drop" });
  }
  const base = needUrl(options);
  const confirm = isConfirmed(options);
  let [letters, after] = [0, undefined as string | undefined];
  do {
    const { reason } = options;
    const place = after === undefined ? {} : { after };
    const json = { ...filter, reason, confirm, limit: LETTERS_PER_PAGE, ...place };
    const answer = await ask(base, "drop", json);
    if (!isRecord(answer) || typeof answer["letters"] !== "number") {
      throw unexpected(`${base}/v1/dead-letters/drop`, 200, "no count of letters");
    }
    letters += answer["letters"];
    after = typeof answer["next"] === "string" ? answer["next"] : undefined;
  } while (after !== undefined);
  await world.stdout.write(toText({ letters, confirm, json: options.json === true }, world));
}

interface Done {
  readonly letters: number;
  readonly confirm: boolean;
  readonly json: boolean;
}

function toText({ letters, confirm, json }: Done, world: World): string {
  if (json) {
    return `${JSON.stringify({ dry_run: !confirm, letters })}\n`;
  }
  const paint = paintFor(world.stdout, world.env);
  const counted = showCounted(letters, "dead letter");
  return confirm
    ? `${counted} dropped; \`millrace dead ls --all\` still lists them.\n`
    : `${counted} would be dropped. Add ${paint.cyan("--yes")} to do it.\n`;
}
