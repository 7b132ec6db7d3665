/** What every command shares: its options, its way to the pipeline, its end. */

import { Command, InvalidArgumentError } from "commander";
import { PLACE_OPTIONS } from "../define/place-options.ts";
import type { Doors } from "./doors.ts";
import type { ExitCode } from "./exit-codes.ts";
import { DATA_DEFAULT, URL_DEFAULT, type Reach } from "./reach/find-pipeline.ts";
import type { World } from "./world.ts";

/** What a command is made with. */
export interface Surroundings {
  readonly world: World;
  readonly doors: Doors;
  /** Takes the exit code of the command that ran. */
  readonly finish: (code: ExitCode) => void;
}

export interface CommonOptions extends Reach {
  readonly json?: boolean;
}

/** A command that speaks to a running pipeline. */
export function askingCommand(name: string, about: string): Command {
  return new Command(name)
    .description(about)
    .option(
      "--url <url>",
      `address of the running pipeline (else of the one under --data, else ${URL_DEFAULT})`,
    )
    .option("--data <dir>", `data folder whose pipeline is meant (default: ${DATA_DEFAULT})`)
    .option("--json", "print JSON for programs");
}

/** Where the stages of a pipeline are; what is left out is as its environment says. */
export interface PlaceFlags {
  readonly lake?: string;
  readonly stream?: string;
  readonly warehouse?: string;
}

const PLACES = ["lake", "stream", "warehouse"] as const;

export function withPlaces(command: Command): Command {
  for (const place of PLACES) {
    command.option(`--${place} <address>`, PLACE_OPTIONS[place].doc);
  }
  return command;
}

export function toPlaces({ lake, stream, warehouse }: PlaceFlags): {
  readonly [place in (typeof PLACES)[number]]: string | undefined;
} {
  return { lake, stream, warehouse };
}

/** Reads an option's value as a whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Reads an option's value as a number within bounds. */
export function numberWithin(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`It must be a plain number from ${min} to ${max}.`);
    }
    return value;
  };
}
