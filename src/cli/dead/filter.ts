/** Which dead letters a command means: its options, as the pipeline takes them. */

import type { Command } from "commander";
import type { CommonOptions } from "../command.ts";

export interface FilterOptions extends CommonOptions {
  readonly stream?: string;
  readonly cause?: string;
  readonly id?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** The members of a request that say which letters are meant. */
export interface LetterFilter {
  readonly stream?: string;
  readonly cause?: string;
  readonly ids?: readonly string[];
}

export function addFilterOptions(command: Command): Command {
  return command
    .option("--stream <stream>", "only letters of one stream")
    .option("--cause <code>", "only letters of one cause, as `dead ls` names it")
    .option("--id <id...>", "only these letters")
    .option("--dry-run", "only say what would happen (so it is without --yes, too)")
    .option("--yes", "do it");
}

export function toFilter({ stream, cause, id }: FilterOptions): LetterFilter {
  return {
    ...(stream === undefined ? {} : { stream }),
    ...(cause === undefined ? {} : { cause }),
    ...(id === undefined ? {} : { ids: id }),
  };
}

export function isConfirmed({ yes, dryRun }: FilterOptions): boolean {
  return yes === true && dryRun !== true;
}
