/** millrace plan: what the definition says, and what its managed form would be, cost and break at. Changes nothing. */

import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Plan } from "../../plan/plan.ts";
import { numberWithin, type Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { rehearseFor, type Rehearsal } from "../plan/rehearsal.ts";
import { showForecast } from "../plan/show-forecast.ts";
import { showLocal } from "../plan/show-local.ts";
import { showResources } from "../plan/show-resources.ts";
import { showUntested } from "../plan/show-untested.ts";
import { paintFor } from "../show/paint.ts";
import { DEPLOY_OUT } from "./deploy.ts";

export interface PlanOptions {
  readonly target: "local" | "aws";
  readonly rate: number;
  readonly batch: number;
  readonly sample?: string[];
  readonly stream?: string;
  readonly rehearsal: boolean;
  readonly out: string;
  readonly json?: boolean;
}

const MORE = `
Works offline. What is deployed is what the last deploy or plan with --out left there; the first time
all is new. Sizes come from a rehearsal: the pipeline runs on this machine, in a folder of its own, on
--sample or on what its own sources bring within a few seconds.`;

export function planCommand(around: Surroundings): Command {
  return new Command("plan")
    .description("Show what a pipeline is, and what deploying it would make, cost and break at.")
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .option("--target <target>", "local or aws", toTarget, "local")
    .option("--rate <events/s>", "events a second of each stream", numberWithin(0, 1e9), 1000)
    .option("--batch <n>", "events that a request carries", numberWithin(1, 50_000), 100)
    .option("--sample <files...>", "CSV, JSON or NDJSON files of real events")
    .option("--stream <name>", "the stream that the sample is of (default: the first)")
    .option("--no-rehearsal", "leave sizes, cost and latency out")
    .option("--out <dir>", "where template and SQL are written", DEPLOY_OUT)
    .option("--json", "print JSON for programs")
    .addHelpText("after", MORE)
    .action(async (pipeline: string, options: PlanOptions) => {
      around.finish(await showPlan(pipeline, options, around));
    });
}

function toTarget(text: string): PlanOptions["target"] {
  if (text !== "local" && text !== "aws") {
    throw new InvalidArgumentError("It must be local or aws.");
  }
  return text;
}

async function showPlan(
  pipeline: string,
  options: PlanOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const plan = await loadPlan(pipeline);
  const { world } = around;
  if (options.target === "local") {
    const text =
      options.json === true ? localJson(plan) : showLocal(plan, paintFor(world.stdout, world.env));
    await world.stdout.write(text);
    return EXIT.ok;
  }
  return await planAws(plan, options, around);
}

async function planAws(plan: Plan, options: PlanOptions, around: Surroundings): Promise<ExitCode> {
  const { world, doors } = around;
  const { planTarget, forecast, untestedOf } = await doors.deploy();
  const planned = await planTarget(plan, resolve(options.out));
  const untested = untestedOf(plan);
  // Without a sample only a pipeline's own sources can tell how large its events are.
  const able = options.sample !== undefined || Object.keys(plan.sources).length > 0;
  const rehearsal: Rehearsal | undefined =
    options.rehearsal && able ? await rehearseFor(plan, options, around) : undefined;
  const expected = rehearsal === undefined ? undefined : forecast(plan, rehearsal.workloads);
  if (options.json === true) {
    await world.stdout.write(`${JSON.stringify({ ...planned, untested, forecast: expected })}\n`);
    return EXIT.ok;
  }
  const paint = paintFor(world.stdout, world.env);
  const parts = [showResources(planned, paint)];
  if (expected !== undefined) {
    parts.push(showForecast(expected, paint));
  } else if (options.rehearsal) {
    parts.push(`${paint.yellow("no sizes, cost and latency")}  ${UNABLE}\n`);
  }
  parts.push(showUntested(untested, paint));
  await world.stdout.write(`${parts.join("\n")}\n`);
  return EXIT.ok;
}

const UNABLE = "The pipeline has no sources of its own: give --sample FILE with real events.";

function localJson(plan: Plan): string {
  const { name, hash, file, streams, models, deploy } = plan;
  return `${JSON.stringify({ name, hash, file, streams, models, deploy })}\n`;
}
