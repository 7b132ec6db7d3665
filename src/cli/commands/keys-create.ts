/** millrace keys create: a new key, shown once. */

import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { toMs } from "../../base/units.ts";
import {
  askingCommand,
  numberWithin,
  wholeNumber,
  type CommonOptions,
  type Surroundings,
} from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { openKeyDesk } from "../keys/desk.ts";
import { showNewKey } from "../show/keys.ts";
import { paintFor } from "../show/paint.ts";

interface CreateOptions extends CommonOptions {
  readonly name: string;
  readonly scope: readonly string[];
  readonly aws?: true;
  readonly expires?: string;
  readonly rate?: number;
  readonly burst?: number;
  readonly daily?: number;
}

const LIMIT_MAX = 1e9;

export function keysCreateCommand({ world, doors, finish }: Surroundings): Command {
  return askingCommand("create", "Make a key; it is shown once.")
    .requiredOption("--name <name>", "whose key it is, for lists")
    .requiredOption(
      "--scope <scope>",
      "ingest, ingest:STREAM, read, read:TABLE or admin; repeat it",
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option("--aws", "an access key id and a secret, for AWS SDKs and the AWS command line")
    .option(
      "--expires <duration>",
      "how long it lives, such as 90d (left out: until revoked)",
      toDuration,
    )
    .option("--rate <n>", "requests a second, on average", numberWithin(0.001, LIMIT_MAX))
    .option("--burst <n>", "requests that may come at once", wholeNumber(1, LIMIT_MAX))
    .option("--daily <n>", "requests a day, from midnight UTC", wholeNumber(1, LIMIT_MAX))
    .action(async (options: CreateOptions) => {
      const { name, scope, expires, rate, burst, daily } = options;
      const desk = await openKeyDesk(options, doors);
      const expiresMs = expires === undefined ? undefined : toMs(expires);
      const limits = { rate, burst, daily };
      const kind = options.aws === true ? "aws" : "bearer";
      const made = await desk.create({ name, kind, scopes: scope, expires, expiresMs, limits });
      const shown =
        options.json === true
          ? `${JSON.stringify(made)}\n`
          : showNewKey(made, paintFor(world.stdout, world.env));
      await world.stdout.write(shown);
      const doubt = desk.doubt(scope);
      if (doubt !== undefined) {
        const { yellow } = paintFor(world.stderr, world.env);
        await world.stderr.write(
          `${yellow("Warning:")} ${doubt}. Until there is one, this scope opens nothing.\n`,
        );
      }
      finish(EXIT.ok);
    });
}

/** Proves a duration, and leaves it as it was written. */
export function toDuration(text: string): string {
  if (toMs(text) === undefined) {
    throw new InvalidArgumentError("It must be a duration such as 90d, 24h or 5m.");
  }
  return text;
}
