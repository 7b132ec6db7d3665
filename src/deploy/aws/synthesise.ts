/** A Plan → CloudFormation, offline: the template as a value, and the assembly that the CDK CLI deploys. */

import { join } from "node:path";
import { App, DefaultStackSynthesizer, type IStackSynthesizer, Stack, Tags } from "aws-cdk-lib";
import { Fault } from "../../base/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import { problemsOf } from "./problems.ts";
import { MillracePipeline } from "./pipeline-construct.ts";
import type { LambdaCode } from "./site.ts";

export interface SynthesiseOptions {
  readonly code: LambdaCode;
  /** Folder of the assembly. */
  readonly out: string;
}

/** A resource as a template has it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
}

export interface Template {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

export interface Synthesised {
  readonly stack: string;
  readonly template: Template;
  /** The template's file, ready to be taken away. */
  readonly file: string;
}

export function stackName(plan: Plan): string {
  return `millrace-${plan.name}`;
}

/** Throws DEPLOY_UNFIT when the plan asks for what the managed services do not have. */
export function synthesise(plan: Plan, { code, out }: SynthesiseOptions): Synthesised {
  const problems = problemsOf(plan);
  if (problems.length > 0) {
    const told = problems.map(({ path, says, remedy }) => `  ${path}: ${says} ${remedy}`);
    throw new Fault("DEPLOY_UNFIT", {
      target: "aws",
      count: problems.length,
      problems: told.join("\n"),
    });
  }
  const app = new App({ outdir: out, analyticsReporting: false });
  const name = stackName(plan);
  const stack = new Stack(app, name, {
    description: `Millrace pipeline ${plan.name}, plan ${plan.hash}`,
    // The CDK's own types are not exact about optional members.
    synthesizer: new DefaultStackSynthesizer({
      generateBootstrapVersionRule: false,
    }) as IStackSynthesizer,
  });
  new MillracePipeline(stack, "Pipeline", { plan, code });
  Tags.of(stack).add("millrace:pipeline", plan.name);
  const assembly = app.synth();
  const made = assembly.getStackByName(name);
  return {
    stack: name,
    template: made.template as Template,
    file: join(out, made.templateFile),
  };
}
