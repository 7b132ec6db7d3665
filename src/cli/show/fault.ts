/** What people and programs are shown when a command fails: cause, place, next step. */

import { toDiskFault } from "../../base/disk-fault.ts";
import { Fault } from "../../base/faults.ts";
import { Refusal } from "../reach/refusal.ts";
import type { Paint } from "./paint.ts";
import { harmless } from "./text.ts";

interface Shown {
  readonly code: string;
  readonly message: string;
  readonly place: string | undefined;
  readonly remedy: string | undefined;
  readonly retry: boolean;
}

/** The facts of anything thrown. */
export function describe(given: unknown): Shown {
  const thrown = toDiskFault(given) ?? given;
  if (thrown instanceof Fault) {
    const { code, message, remedy, retry } = thrown;
    return { code, message, remedy: remedy === "" ? undefined : remedy, retry, place: undefined };
  }
  if (thrown instanceof Refusal) {
    const { code, message, remedy, retry, place } = thrown;
    return { code, message, remedy, retry, place };
  }
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return {
    code: "UNEXPECTED",
    message: `Millrace itself failed. ${message}`,
    place: undefined,
    remedy: "Run it again with MILLRACE_DEBUG=1 and report what it prints.",
    retry: false,
  };
}

/** Lines for people, the last with a line feed. */
export function showFault(shown: Shown, paint: Paint): string {
  const message = shown.message.split("\n").map(harmless).join("\n       ");
  const lines = [`${paint.red("error")}  ${paint.bold(message)}`];
  if (shown.place !== undefined) {
    lines.push(`${paint.dim("where")}  ${harmless(shown.place)}`);
  }
  if (shown.remedy !== undefined) {
    lines.push(`${paint.dim("next")}   ${harmless(shown.remedy)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** One line for programs, in the shape errors have everywhere. */
export function faultJson(shown: Shown): string {
  return `${JSON.stringify({ error: shown })}\n`;
}
