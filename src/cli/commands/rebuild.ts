/** millrace rebuild: makes the warehouse again from the lake, beside the live one, and swaps it in. */

import { resolve } from "node:path";
import { Command } from "commander";
import type { Rebuilt } from "../../runtime/rebuild/rebuild.ts";
import { showMs } from "../../base/units.ts";
import type { Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { DATA_DEFAULT } from "../reach/find-pipeline.ts";
import { showCount } from "../show/numbers.ts";
import { paintFor } from "../show/paint.ts";
import { showVerification } from "../show/verification.ts";

interface RebuildOptions {
  readonly data: string;
  readonly pipeline?: string;
  readonly verify?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const MORE = `
Stop the pipeline first. The old file is kept as warehouse.duckdb.before; the next start removes it.
With --verify both warehouses are compared row by row, and the new one is put in place only when they
are equal (exit 0); else nothing is changed, and the rows that differ are named (exit 1). Without it
the new one is put in place unseen.`;

export function rebuildCommand(around: Surroundings): Command {
  return new Command("rebuild")
    .description("Make the warehouse again from the lake, beside the live one, and swap it in.")
    .option("--data <dir>", "data folder to rebuild in", DATA_DEFAULT)
    .option("--pipeline <path>", "the pipeline's folder, when it is not the one last started")
    .option("--verify", "prove both equal first, and swap only if they are")
    .option("--yes", "swap even if they differ")
    .option("--json", "print JSON for programs")
    .addHelpText("after", MORE)
    .action(async (options: RebuildOptions) => around.finish(await rebuild(options, around)));
}

async function rebuild(options: RebuildOptions, around: Surroundings): Promise<ExitCode> {
  const { world, doors } = around;
  const { rebuildWarehouse } = await doors.rebuild();
  const rebuilt = await rebuildWarehouse({
    data: resolve(options.data),
    pipeline: options.pipeline,
    verify: options.verify === true,
    yes: options.yes === true,
    tell: (line) => void world.stderr.write(`${line}\n`).catch(() => {}),
  });
  const paint = paintFor(world.stdout, world.env);
  const { verification } = rebuilt;
  const books =
    verification === undefined
      ? ""
      : showVerification(verification, showMs(verification.tookMs), paint);
  await world.stdout.write(
    options.json === true ? `${JSON.stringify(rebuilt)}\n` : `${books}${summary(rebuilt)}`,
  );
  return rebuilt.swapped ? EXIT.ok : EXIT.no;
}

function summary({ cuts, rows, setAside, models, swapped, before, tookMs }: Rebuilt): string {
  const made = `${showCount(rows)} row(s) of ${showCount(cuts)} object(s), ${showCount(setAside)} set aside, ${models} model(s)`;
  const kept = before === undefined ? "" : ` The old one is ${before} until the next start.`;
  const end = swapped
    ? `The rebuilt warehouse is in place.${kept}`
    : "Nothing was changed. `millrace rebuild --yes` puts the rebuilt warehouse in place.";
  return `${made}, made in ${showMs(tookMs)}.\n${end}\n`;
}
