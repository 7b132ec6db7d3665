/** `millrace deploy` and `millrace destroy` on AWS: assemble, ask for the yes, let the CDK do it, tell what came out. */

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolderNow } from "../../../base/make-folder.ts";
import { Fault } from "../../../base/faults.ts";
import type { Plan } from "../../../plan/plan.ts";
import { bucketsOf } from "../../snowflake/names.ts";
import { snowflakeFiles } from "../../snowflake/statements.ts";
import { bundleLambdas } from "../bundle.ts";
import { type DataNames, deleteData, findDeleters } from "./delete-data.ts";
import { keptOf, type Kept } from "./kept.ts";
import { stackName, synthesise, type Synthesised } from "../synthesise.ts";
import { openToolkit, type Toolkit } from "./toolkit.ts";

export interface DeployMeans {
  readonly plan: Plan;
  /** Folder of the assembly; kept, so that the next plan can tell what changed. */
  readonly out: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly told: (line: string) => void;
  /** Gives up waiting; what was begun is finished by the same command. */
  readonly signal: AbortSignal;
}

/** The template that the last deploy from this folder made. */
export function deployedFile(out: string): string {
  return join(out, "deployed.template.json");
}

/** The Snowflake statements that went with it. */
export function deployedStatements(out: string): string {
  return join(out, "deployed.sql.json");
}

/** Bundles the Lambdas and makes the assembly. Throws DEPLOY_UNFIT, DEPLOY_TOOL_MISSING. */
export async function assemble(plan: Plan, out: string): Promise<Synthesised> {
  makeFolderNow(out);
  const code = await bundleLambdas(plan, join(out, "lambda"));
  return synthesise(plan, { code, out: join(out, "assembly") });
}

export interface DeployOptions extends DeployMeans {
  readonly yes: boolean;
  /** Runs `cdk bootstrap` first: once for each account and region. */
  readonly bootstrap: boolean;
  /** Values of the template's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Deployed {
  readonly stack: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Throws DEPLOY_UNCONFIRMED, DEPLOY_FAILED and what `assemble` throws. */
export async function deployAws(options: DeployOptions): Promise<Deployed> {
  const { plan, out, told, parameters } = options;
  const made = await assemble(plan, out);
  if (!options.yes) {
    const wanted = `a deploy of ${Object.keys(made.template.Resources).length} resources`;
    throw new Fault("DEPLOY_UNCONFIRMED", { wanted, flag: "--yes" });
  }
  const toolkit = toolkitOf(options, made.stack);
  if (options.bootstrap) {
    await toolkit.run(["bootstrap", ...envOf(options), "--no-color"], told);
  }
  const outputs = join(out, "outputs.json");
  const given = Object.entries(parameters).flatMap(([name, value]) => [
    "--parameters",
    `${name}=${value}`,
  ]);
  const how = ["--require-approval", "never", "--progress", "events", "--no-color"];
  const app = ["--app", join(out, "assembly"), "--outputs-file", outputs];
  await toolkit.run(["deploy", made.stack, ...app, ...how, ...given], told);
  copyFileSync(made.file, deployedFile(out));
  const sql = await snowflakeFiles(plan, bucketsOf(plan));
  const lasting = sql.filter((file) => file.lasting).flatMap(({ statements }) => statements);
  writeFileSync(deployedStatements(out), JSON.stringify(lasting));
  return { stack: made.stack, outputs: readOutputs(outputs, made.stack) };
}

export interface DestroyOptions extends DeployMeans {
  readonly yes: boolean;
  /** The pipeline's name as the second yes, which deletes its buckets and streams as well. */
  readonly deleteData: string | undefined;
}

export interface Destroyed {
  readonly stack: string;
  /** What holds data and is therefore still there. */
  readonly kept: readonly Kept[];
  /** What held data and was deleted on the second yes. */
  readonly deleted: readonly string[];
}

/** Removes everything that holds no data. Throws DEPLOY_UNCONFIRMED, DEPLOY_FAILED, DEPLOY_TOOL_MISSING. */
export async function destroyAws(options: DestroyOptions): Promise<Destroyed> {
  const { plan, out, told } = options;
  const assembly = join(out, "assembly");
  const stack = stackName(plan);
  const file = join(assembly, `${stack}.template.json`);
  const { template } = existsSync(file)
    ? { template: JSON.parse(readFileSync(file, "utf8")) as Synthesised["template"] }
    : await assemble(plan, out);
  if (!options.yes) {
    const wanted = `the removal of stack ${stack}`;
    throw new Fault("DEPLOY_UNCONFIRMED", { wanted, flag: "--yes" });
  }
  if (options.deleteData !== undefined && options.deleteData !== plan.name) {
    const wanted = "deleting data";
    throw new Fault("DEPLOY_UNCONFIRMED", { wanted, flag: `--delete-data ${plan.name}` });
  }
  const toolkit = toolkitOf(options, stack);
  // Without them a stack would go whose data nobody could delete any more by the same command.
  await (options.deleteData === undefined ? undefined : findDeleters());
  await toolkit.run(["destroy", stack, "--app", assembly, "--force", "--no-color"], told);
  rmSync(deployedFile(out), { force: true });
  const kept = keptOf(template);
  if (options.deleteData === undefined) {
    return { stack, kept, deleted: [] };
  }
  const names = namesOf(kept, readOutputs(join(out, "outputs.json"), stack));
  const { region } = plan.deploy.aws;
  const deleted = await deleteData({ region, names, told });
  return { stack, kept: kept.filter(({ type }) => !DATA_TYPES.has(type)), deleted };
}

const DATA_TYPES = new Set(["AWS::S3::Bucket", "AWS::Kinesis::Stream"]);

/** The names as the deploy made them: account and region are those of the bucket that its outputs name. */
function namesOf(kept: readonly Kept[], outputs: Readonly<Record<string, string>>): DataNames {
  const [, account = "", region = ""] =
    /-data-(\d{12})-(.+)$/.exec(outputs["DataBucket"] ?? "") ?? [];
  const named = (type: string): string[] =>
    kept.flatMap((one) =>
      one.type === type && one.name !== undefined
        ? [one.name.replace("${AWS::AccountId}", account).replace("${AWS::Region}", region)]
        : [],
    );
  return { buckets: named("AWS::S3::Bucket"), streams: named("AWS::Kinesis::Stream") };
}

function toolkitOf({ plan, env, signal }: DeployMeans, stack: string): Toolkit {
  const near = [dirname(plan.file), process.cwd(), import.meta.dirname];
  return openToolkit({ stack, near, signal, env: { AWS_REGION: plan.deploy.aws.region, ...env } });
}

/** `aws://account/region` where the account is known; else the CDK looks it up by the credentials. */
function envOf({ env, plan }: DeployMeans): string[] {
  const account = env["CDK_DEFAULT_ACCOUNT"];
  const region = env["AWS_REGION"] ?? plan.deploy.aws.region;
  return account === undefined ? [] : [`aws://${account}/${region}`];
}

function readOutputs(file: string, stack: string): Readonly<Record<string, string>> {
  const all = JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, string>>;
  return all[stack] ?? {};
}
