/** A definition → the frozen, hashed Plan, or all its problems at once. */

import { dirname, resolve } from "node:path";
import { Fault } from "../base/faults.ts";
import { DEAD_LETTER_MOVES, ENGINE_TABLES, isEngineStream } from "../base/record.ts";
import { awsFields } from "../define/deploy.ts";
import { snowflakeFields } from "../define/snowflake-fields.ts";
import { deliverFields } from "../define/fields.ts";
import type { DashboardDefinition, PipelineDefinition } from "../define/pipeline.ts";
import { engineStreams } from "./engine-streams.ts";
import { planAccess, planWebhooks } from "./plan-access.ts";
import { stableHash } from "./hash.ts";
import type { DeployPlan, ModelsPlan, Plan, Problem, StreamPlan } from "./plan.ts";
import { planFunctions } from "./plan-transform.ts";
import { planEndpoints } from "./endpoints/plan-endpoints.ts";
import { planReport } from "./report/plan-report.ts";
import { planStream } from "./plan-stream.ts";
import { planSources } from "./sources/plan-sources.ts";
import { checkPrefix } from "./prefix/prefix.ts";
import { Problems, refuseUnknown, settle } from "./settle.ts";

const PIPELINE_NAME = /^[a-z][a-z0-9-]{0,63}$/;
const MEMBERS = [
  "name",
  "streams",
  "functions",
  "sources",
  "endpoints",
  "deadLetters",
  "models",
  "dashboard",
  "report",
  "deploy",
  "webhooks",
  "access",
];
/** Tables the engine keeps itself. */
const TABLES_TAKEN = [...ENGINE_TABLES, DEAD_LETTER_MOVES];

export type Judged =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

/** The plan of the definition in `file`. Throws PIPELINE_INVALID that names every problem. */
export function planPipeline(definition: unknown, file: string): Plan {
  const judged = judgePipeline(definition, file);
  if (judged.kind === "plan") {
    return judged.plan;
  }
  const problems = judged.problems
    .map(({ path, says, remedy }) => `  ${path}: ${says} ${remedy}`)
    .join("\n");
  throw new Fault("PIPELINE_INVALID", { file, count: judged.problems.length, problems });
}

/** The plan, or what is wrong with the definition. */
export function judgePipeline(definition: unknown, file: string): Judged {
  const problems = new Problems();
  if (typeof definition !== "object" || definition === null) {
    problems.add(
      "default",
      "The file exports no pipeline.",
      "export default definePipeline({ … })",
    );
    return { kind: "problems", problems: problems.found };
  }
  const given = definition as PipelineDefinition;
  refuseUnknown(given, MEMBERS, { path: "pipeline", problems });
  if (typeof given.name !== "string" || !PIPELINE_NAME.test(given.name)) {
    problems.add("name", "A pipeline needs a name.", "Use a-z 0-9 -, beginning with a letter.");
  }
  const streams = planStreams(given, dirname(resolve(file)), problems);
  const sources = planSources(given, file, { streams, problems });
  const functions = planFunctions(given.functions, { folder: dirname(resolve(file)), problems });
  const models = planModels(given, file, problems);
  const webhooks = planWebhooks(given, problems);
  const access = planAccess(given.access, problems);
  const endpoints = planEndpoints(given.endpoints, { streams, problems });
  const dashboard = planDashboard(given.dashboard, problems);
  const report = planReport(given.report, problems);
  const deploy = planDeploy(given, problems);
  if (problems.found.length > 0) {
    return { kind: "problems", problems: problems.found };
  }
  const hashed = {
    name: given.name,
    streams: streams.map(withoutPath),
    snippets: models?.snippets,
  };
  const plan: Plan = {
    name: given.name,
    hash: stableHash(hashed),
    file: resolve(file),
    streams,
    functions,
    sources,
    webhooks,
    access,
    endpoints,
    models,
    dashboard,
    report,
    deploy,
  };
  return { kind: "plan", plan: freeze(plan) };
}

/** A handler counts by its text: where its file lies changes no row. */
function withoutPath(stream: StreamPlan): unknown {
  // What becomes of objects that are loaded changes no row.
  const { deliver, lake: _lake, ...rest } = stream;
  const lambda = deliver.lambda && { ...deliver.lambda, file: undefined };
  return { ...rest, deliver: { ...deliver, lambda } };
}

function planStreams(given: PipelineDefinition, folder: string, problems: Problems): StreamPlan[] {
  const entries = Object.entries(given.streams ?? {});
  if (entries.length === 0) {
    problems.add("streams", "The pipeline has no stream.", "Define at least one.");
  }
  const streams = entries.flatMap(([name, stream]) => {
    const path = `streams.${name}`;
    if (isEngineStream(name)) {
      problems.add(path, "This stream is the engine's own.", "Choose another name.");
    }
    const plan = planStream(name, stream, { path, problems, folder });
    return plan === undefined ? [] : [plan];
  });
  const tables = new Map(TABLES_TAKEN.map((table) => [table, "the engine"]));
  for (const stream of streams) {
    const taken = tables.get(stream.table.toLowerCase());
    if (taken !== undefined) {
      const says = `Table ${stream.table} is already ${taken}'s.`;
      problems.add(
        `streams.${stream.name}.load.table`,
        says,
        "Give each stream a table of its own.",
      );
    }
    tables.set(stream.table.toLowerCase(), stream.name);
    checkPrefixes(stream, problems);
  }
  return [...streams, ...engineStreams(problems, given.deadLetters)];
}

function checkPrefixes(stream: StreamPlan, problems: Problems): void {
  for (const name of ["prefix", "errorPrefix"] as const) {
    const wrong = checkPrefix(stream.deliver[name], name);
    if (wrong !== undefined) {
      problems.add(`streams.${stream.name}.deliver.${name}`, wrong, deliverFields[name].doc);
    }
  }
}

function planModels(
  given: PipelineDefinition,
  file: string,
  problems: Problems,
): ModelsPlan | undefined {
  const models = typeof given.models === "string" ? { folder: given.models } : given.models;
  if (models === undefined) {
    return undefined;
  }
  refuseUnknown(models, ["folder", "snippets"], { path: "models", problems });
  for (const [name, text] of Object.entries(models.snippets ?? {})) {
    if (!/^[a-z][a-z0-9_]*$/.test(name) || typeof text !== "string") {
      problems.add(
        `models.snippets.${name}`,
        "A snippet is a named SQL text.",
        "Use a-z 0-9 _ for names.",
      );
    }
  }
  return { folder: resolve(dirname(file), models.folder), snippets: models.snippets ?? {} };
}

function planDashboard(
  given: DashboardDefinition | undefined,
  problems: Problems,
): DashboardDefinition {
  const charts = given?.charts ?? [];
  for (const [index, chart] of charts.entries()) {
    const { time, open, high, low, close, table } = chart;
    const names = [table, time, open, high, low, close, ...chart.slicers];
    for (const name of names) {
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
        const path = `dashboard.charts.${index}`;
        problems.add(
          path,
          `${name} is not a table's or column's name.`,
          "Name what the models make.",
        );
      }
    }
  }
  return { charts };
}

function planDeploy(given: PipelineDefinition, problems: Problems): DeployPlan {
  const deploy = given.deploy ?? {};
  const aws = deploy.aws ?? {};
  refuseUnknown(deploy, ["aws", "snowflake"], { path: "deploy", problems });
  refuseUnknown(aws, Object.keys(awsFields), { path: "deploy.aws", problems });
  const snowflake = deploy.snowflake ?? {};
  refuseUnknown(snowflake, Object.keys(snowflakeFields), { path: "deploy.snowflake", problems });
  return {
    aws: settle(awsFields, { ...aws }, { path: "deploy.aws", problems }),
    snowflake: settle(snowflakeFields, { ...snowflake }, { path: "deploy.snowflake", problems }),
  };
}

/** Deep-freezes plain values; what a user's functions closed over stays theirs. */
function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
    if (plain) {
      Object.freeze(value);
      Object.values(value).forEach(freeze);
    }
  }
  return value;
}
