/** millrace deploy: makes the managed form of a pipeline, or changes it to what the definition says now. */

import { join, resolve } from "node:path";
import { Command } from "commander";
import type { Deployed } from "../../deploy/aws/apply/deploy.ts";
import { loadPlan } from "../../plan/load-plan.ts";
import type { Surroundings } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { DATA_DEFAULT } from "../reach/find-pipeline.ts";
import { showUntested } from "../plan/show-untested.ts";
import { paintFor } from "../show/paint.ts";
import { harmless } from "../show/text.ts";
import { targetOption, type Target } from "../targets.ts";

interface DeployOptions {
  readonly target: Target;
  readonly out: string;
  readonly yes?: boolean;
  readonly bootstrap?: boolean;
  readonly snowflakeUserArn?: string;
  readonly snowpipeQueueArn?: string;
  readonly snowflakeExternalId?: string;
  readonly readingImage?: string;
  readonly readingWarehouse?: string;
  readonly readingSecretArn?: string;
  readonly json?: boolean;
}

const MORE = `
Needs aws-cdk and aws-cdk-lib beside millrace, and credentials of the account in the environment. What
was begun and did not end goes on when the same command runs again. The second pass, after Snowflake's
integration and pipe are there, gives --snowflake-user-arn and --snowpipe-queue-arn.`;

export const DEPLOY_OUT = join(DATA_DEFAULT, "deploy", "aws");

export function deployCommand(around: Surroundings): Command {
  return new Command("deploy")
    .description("Deploy the pipeline's managed form.")
    .argument("[pipeline]", "folder that holds pipeline.ts, or the file", ".")
    .addOption(targetOption())
    .option("--yes", "really do it; without, nothing is changed")
    .option("--bootstrap", "prepare account and region for the CDK first: once is enough")
    .option("--snowflake-user-arn <arn>", "IAM user of the Snowflake account")
    .option("--snowpipe-queue-arn <arn>", "queue of Snowflake's pipe")
    .option("--snowflake-external-id <text>", "external id of the storage integration")
    .option("--reading-image <uri>", "image of the read APIs in ECR")
    .option("--reading-warehouse <address>", "snowflake:// address of the read APIs' tables")
    .option("--reading-secret-arn <arn>", "secret with MILLRACE_KEYS and SNOWFLAKE_TOKEN, as JSON")
    .option("--out <dir>", "folder of the assembly", DEPLOY_OUT)
    .option("--json", "print JSON for programs")
    .addHelpText("after", MORE)
    .action(async (pipeline: string, options: DeployOptions) => {
      around.finish(await deploy(pipeline, options, around));
    });
}

async function deploy(
  pipeline: string,
  options: DeployOptions,
  { world, doors }: Surroundings,
): Promise<ExitCode> {
  const plan = await loadPlan(pipeline);
  const stop = new AbortController();
  using _signals = world.onStopSignal(() => stop.abort());
  const { deployAws, untestedOf } = await doors.deploy();
  await world.stderr.write(showUntested(untestedOf(plan), paintFor(world.stderr, world.env)));
  const deployed = await deployAws({
    plan,
    out: resolve(options.out),
    env: world.env,
    signal: stop.signal,
    told: (line) => void world.stderr.write(`${harmless(line)}\n`).catch(() => {}),
    yes: options.yes === true,
    bootstrap: options.bootstrap === true,
    parameters: parametersOf(options),
  });
  await world.stdout.write(
    options.json === true ? `${JSON.stringify(deployed)}\n` : summary(deployed),
  );
  return EXIT.ok;
}

function parametersOf(options: DeployOptions): Readonly<Record<string, string>> {
  const given = {
    SnowflakeUserArn: options.snowflakeUserArn,
    SnowpipeQueueArn: options.snowpipeQueueArn,
    SnowflakeExternalId: options.snowflakeExternalId,
    ReadingImage: options.readingImage,
    ReadingWarehouse: options.readingWarehouse,
    ReadingSecretArn: options.readingSecretArn,
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function summary({ stack, outputs }: Deployed): string {
  const wide = Math.max(...Object.keys(outputs).map((name) => name.length), 0);
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name.padEnd(wide)}  ${value}`);
  const url = outputs["ApiUrl"] ?? "";
  return [
    `Stack ${stack} is deployed.`,
    ...lines,
    "",
    `next   aws apigateway get-api-key --api-key ${outputs["ApiKeyId"] ?? "ID"} --include-value`,
    `       curl ${url}/v1/streams/STREAM/events -H "x-api-key: KEY" -d '{ … }'`,
    "",
  ].join("\n");
}
