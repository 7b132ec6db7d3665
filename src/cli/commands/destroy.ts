/** millrace destroy: removes the managed form of a pipeline, and leaves what holds data. */

import { resolve } from "node:path";
import { Command } from "commander";
import type { Destroyed } from "../../deploy/aws/apply/deploy.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { harmless } from "../show/text.ts";
import { targetOption, type Target } from "../targets.ts";
import { DEPLOY_OUT } from "./deploy.ts";

interface DestroyOptions {
  readonly target: Target;
  readonly out: string;
  readonly yes?: boolean;
  readonly deleteData?: string;
  readonly json?: boolean;
}

const MORE = `
Buckets, streams and the key that encrypts them stay: they hold data. --delete-data with the pipeline's
name is the second yes that removes buckets and streams too; the key waits 30 days by itself.`;

export function destroyCommand(around: Surroundings): Command {
  return new Command("destroy")
    .description("Remove the pipeline's managed form; what holds data stays.")
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .addOption(targetOption())
    .option("--yes", "really do it; without, nothing is changed")
    .option("--delete-data <name>", "the pipeline's name: delete its buckets and streams as well")
    .option("--out <dir>", "folder of the assembly", DEPLOY_OUT)
    .option("--json", "print JSON for programs")
    .addHelpText("after", MORE)
    .action(async (pipeline: string, options: DestroyOptions) => {
      around.finish(await destroy(pipeline, options, around));
    });
}

async function destroy(
  pipeline: string,
  options: DestroyOptions,
  { world, doors }: Surroundings,
): Promise<ExitCode> {
  const plan = await loadPlan(pipeline);
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => stop.abort());
  const { destroyAws } = await doors.deploy();
  const destroyed = await destroyAws({
    plan,
    out: resolve(options.out),
    env: world.env,
    signal: stop.signal,
    told: (line) => void world.stderr.write(`${harmless(line)}\n`).catch(() => {}),
    yes: options.yes === true,
    deleteData: options.deleteData,
  });
  await world.stdout.write(
    options.json === true ? `${JSON.stringify(destroyed)}\n` : summary(destroyed),
  );
  return EXIT.ok;
}

function summary({ stack, kept, deleted }: Destroyed): string {
  const lines = [`Stack ${stack} is gone.`];
  if (deleted.length > 0) {
    lines.push("Deleted with its data:", ...deleted.map((name) => `  ${name}`));
  }
  if (kept.length > 0) {
    lines.push("Still there, because it holds data or serves what does:");
    lines.push(...kept.map(({ type, name, logicalId }) => `  ${type}  ${name ?? logicalId}`));
    if (deleted.length === 0) {
      lines.push(
        "A deploy under this name finds them in its way: --delete-data removes them first.",
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
