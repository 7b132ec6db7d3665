/** An event's way as a path of steps. */

import { isRecord } from "../reach/refusal.ts";
import type { Paint } from "./paint.ts";
import { harmless, padEnd, widthOf } from "./text.ts";

interface Step {
  readonly stage: string;
  readonly state: "done" | "waiting" | "failed";
  readonly says: string;
  readonly at: string | undefined;
}

interface Whereabouts {
  readonly id: string;
  readonly stream: string;
  readonly steps: readonly Step[];
}

const STATES: readonly string[] = ["done", "waiting", "failed"] satisfies Step["state"][];

/** Undefined when the body is not about an event. */
export function toWhereabouts(body: unknown): Whereabouts | undefined {
  if (!isRecord(body) || !Array.isArray(body["steps"])) {
    return undefined;
  }
  const steps = body["steps"].filter(isRecord).map(toStep);
  return { id: String(body["id"]), stream: String(body["stream"]), steps };
}

function toStep(step: Readonly<Record<string, unknown>>): Step {
  const { stage, state, says, at, facts } = step;
  const known = STATES.includes(String(state)) ? (state as Step["state"]) : "waiting";
  const told = typeof says === "string" ? says : isRecord(facts) ? factsOf(facts) : "";
  return {
    stage: String(stage),
    state: known,
    says: told,
    at: typeof at === "string" ? at : undefined,
  };
}

function factsOf(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

export function showPath({ id, stream, steps }: Whereabouts, paint: Paint): string {
  const width = Math.max(0, ...steps.map(({ stage }) => widthOf(stage)));
  const marks = {
    done: paint.green("●"),
    waiting: paint.yellow("○"),
    failed: paint.red("✗"),
  } as const satisfies Record<Step["state"], string>;
  const lines = [`${paint.bold(harmless(id))}  ${paint.dim(`in stream ${harmless(stream)}`)}`];
  for (const [index, step] of steps.entries()) {
    const line = index === steps.length - 1 ? " " : paint.dim("│");
    const says = step.state === "failed" ? paint.red(harmless(step.says)) : harmless(step.says);
    lines.push(
      `  ${marks[step.state]} ${paint.bold(padEnd(harmless(step.stage), width))}  ${says}`,
    );
    if (step.at !== undefined) {
      lines.push(`  ${line} ${padEnd("", width)}  ${paint.dim(harmless(step.at))}`);
    }
  }
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
