/** The door for CDK apps: `millrace/cdk`, the managed pipeline as a construct of a stack of your own. */

export { bundleLambdas } from "./aws/bundle.ts";
export { MillracePipeline, type PipelineProps } from "./aws/pipeline-construct.ts";
export { loadPlan } from "../plan/load-plan.ts";
