/** The door of the models. */

export { type ModelRunner, type NamedMeter, type RunnerOptions, startModels } from "./runner.ts";
