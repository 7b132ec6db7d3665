/** What many simulated runs came to, for people: the sums, and of each failed seed what broke and how to see it again. */

import { showMs } from "../../base/units.ts";
import type { RunResult } from "../../simulate/index.ts";
import { showCount } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { harmless } from "./text.ts";

export interface SimulationSum {
  readonly asked: number;
  readonly seeds: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly lives: number;
  readonly simulatedMs: number;
  readonly failed: readonly RunResult[];
  /** The command that runs a seed again. */
  readonly replay: (seed: number) => string;
}

const WRONG_SHOWN = 5;
const STEPS_SHOWN = 12;

export function sumUp(
  results: readonly RunResult[],
  asked: { readonly pipeline: string; readonly asked: number; readonly hours: number | undefined },
): SimulationSum {
  const sum = (of: (result: RunResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const hours = asked.hours === undefined ? "" : ` --hours ${asked.hours}`;
  const pipeline = /^[\w./-]+$/.test(asked.pipeline) ? asked.pipeline : `'${asked.pipeline}'`;
  return {
    asked: asked.asked,
    seeds: results.length,
    accepted: sum(({ accepted }) => accepted),
    rejected: sum(({ rejected }) => rejected),
    lives: sum(({ lives }) => lives),
    simulatedMs: sum(({ simulatedMs }) => simulatedMs),
    failed: results.filter(({ wrong }) => wrong.length > 0),
    replay: (seed) => `millrace sim ${pipeline} --seed ${seed} --seeds 1${hours}`,
  };
}

export function showSimulation(sum: SimulationSum, took: string, paint: Paint): string {
  const { seeds, asked, accepted, rejected, lives, simulatedMs, failed } = sum;
  const stopped = seeds < asked ? ` of ${showCount(asked)}` : "";
  const facts = [
    `${showCount(seeds)}${stopped} seed(s), ${showMs(simulatedMs)} simulated in ${took}`,
    `${showCount(accepted)} event(s) accepted, ${showCount(rejected)} set aside at the door`,
    `${showCount(lives)} process(es) opened, most of them killed`,
  ];
  const lines = facts.map((fact) => `  ${fact}`);
  if (accepted === 0) {
    const why = "no event made from the schema was accepted, so that nothing was proved";
    const remedy = "give the schema .meta({ examples: [an event] }), or loosen its patterns";
    return `${lines.join("\n")}\n\n${paint.red(paint.bold("UNPROVED"))}  ${why};\n  ${remedy}.\n`;
  }
  if (failed.length === 0) {
    const kept = paint.green(paint.bold("KEPT"));
    const all = "nothing lost, nothing twice, in order, books balanced, in every run.";
    return `${lines.join("\n")}\n\n${kept}  ${all}\n`;
  }
  const broken = failed.flatMap((result) => showFailed(result, sum, paint));
  const verdict = `${paint.red(paint.bold("BROKEN"))}  in ${showCount(failed.length)} seed(s)`;
  return [...lines, ...broken, "", verdict, ""].join("\n");
}

function showFailed({ seed, wrong, last }: RunResult, sum: SimulationSum, paint: Paint): string[] {
  return [
    "",
    `${paint.red("✗")} ${paint.bold(`seed ${seed}`)}`,
    ...wrong.slice(0, WRONG_SHOWN).map((one) => `  ${harmless(one)}`),
    ...(wrong.length > WRONG_SHOWN ? [`  and ${wrong.length - WRONG_SHOWN} more`] : []),
    paint.dim("  its last steps (ms: process: what):"),
    ...last.slice(-STEPS_SHOWN).map((step) => paint.dim(`    ${harmless(step)}`)),
    `  again: ${sum.replay(seed)}`,
  ];
}
