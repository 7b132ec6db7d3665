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

interface Way {
  readonly stream: string;
  readonly steps: readonly Step[];
}

interface Whereabouts extends Way {
  readonly id: string;
  /** The ways of earlier records of the same id, oldest first. */
  readonly earlier: readonly Way[];
  readonly searched: string | undefined;
}

const STATES: readonly string[] = ["done", "waiting", "failed"] satisfies Step["state"][];

/** Undefined when the body is not about an event. */
export function toWhereabouts(body: unknown): Whereabouts | undefined {
  if (!isRecord(body) || !Array.isArray(body["steps"])) {
    return undefined;
  }
  const { earlier, searched } = body;
  return {
    ...toWay(body),
    id: String(body["id"]),
    earlier: Array.isArray(earlier) ? earlier.filter(isRecord).map(toWay) : [],
    searched: typeof searched === "string" ? searched : undefined,
  };
}

function toWay({ stream, steps }: Readonly<Record<string, unknown>>): Way {
  const list: unknown[] = Array.isArray(steps) ? steps : [];
  return { stream: String(stream), steps: list.filter(isRecord).map(toStep) };
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

export function showPath(found: Whereabouts, paint: Paint): string {
  const { id, stream, earlier, searched } = found;
  const lines = [`${paint.bold(harmless(id))}  ${paint.dim(`in stream ${harmless(stream)}`)}`];
  const ways = [...earlier, found];
  for (const [index, way] of ways.entries()) {
    if (ways.length > 1) {
      const newest = index === ways.length - 1 ? ", the newest" : "";
      lines.push(paint.dim(`  record ${index + 1} of ${ways.length}${newest}`));
    }
    lines.push(...wayLines(way, paint));
  }
  if (searched !== undefined) {
    lines.push(`  ${paint.yellow("note")} ${harmless(searched)}`);
  }
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function wayLines({ steps }: Way, paint: Paint): string[] {
  const width = Math.max(0, ...steps.map(({ stage }) => widthOf(stage)));
  const marks = {
    done: paint.green("●"),
    waiting: paint.yellow("○"),
    failed: paint.red("✗"),
  } as const satisfies Record<Step["state"], string>;
  const lines: string[] = [];
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
  return lines;
}
