/** millrace doctor: says what a start will need and what of it is missing. Changes nothing. */

import { resolve } from "node:path";
import { Command } from "commander";
import {
  toPlaces,
  wholeNumber,
  withPlaces,
  type PlaceFlags,
  type Surroundings,
} from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { DATA_DEFAULT } from "../reach/find-pipeline.ts";
import { showFindings } from "../show/findings.ts";
import { paintFor } from "../show/paint.ts";

interface DoctorOptions extends PlaceFlags {
  readonly data: string;
  readonly port: number;
  readonly host: string;
  readonly json?: boolean;
}

export function doctorCommand(around: Surroundings): Command {
  const command = new Command("doctor")
    .description("Say what the pipeline needs to start, and what of it is missing.")
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .option("--data <dir>", "data folder", DATA_DEFAULT)
    .option("--port <n>", "port it would listen on", wholeNumber(0, 65_535), 8080)
    .option("--host <host>", "address it would listen on", "127.0.0.1");
  return withPlaces(command)
    .option("--json", "print JSON for programs")
    .action(async (pipeline: string, options: DoctorOptions) => {
      around.finish(await look(pipeline, options, around));
    });
}

async function look(
  pipeline: string,
  options: DoctorOptions,
  { world, doors }: Surroundings,
): Promise<ExitCode> {
  const { examine } = await doors.doctor();
  const { data, host, port } = options;
  const places = toPlaces(options);
  const findings = await examine({ pipeline: resolve(pipeline), data, host, port, places });
  const well = findings.every(({ state }) => state !== "fail");
  const text =
    options.json === true
      ? `${JSON.stringify({ ok: well, findings })}\n`
      : showFindings(findings, paintFor(world.stdout, world.env));
  await world.stdout.write(text);
  return well ? EXIT.ok : EXIT.no;
}
