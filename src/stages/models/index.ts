/** The door of the models. */

export { modelStreams } from "./accounts.ts";
export { forgetRuns } from "./books.ts";
export { type ModelRunner, type NamedMeter, type RunnerOptions, startModels } from "./runner.ts";
export { type ModelTestOptions, type ModelTestResult, runModelTests } from "./run-sqltests.ts";
