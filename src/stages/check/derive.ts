/** What a valid event gives beside itself: its partition key, its id, and whether the business rules hold. */

import type { Reason } from "../../base/dead-letter.ts";
import { causeOf } from "../../base/faults.ts";
import { LIMITS } from "../../base/limits.ts";
import { deriveText } from "../../plan/derive.ts";
import type { Derived, StreamPlan } from "../../plan/plan.ts";
import type { Event, Reasons } from "./general/judge.ts";
import { refusal } from "./general/judge.ts";
import { escapePointer } from "./general/soundness.ts";

interface Derivation {
  /** Partition key; undefined when the stream has none. */
  readonly key: string | undefined;
  /** The event id; undefined when the stream names none. */
  readonly id: string | undefined;
}

/** Key and id of an event, or the reasons against it: user code may throw, which is the event's fault here. */
export function derive(plan: StreamPlan, event: Event): Derivation | { readonly reasons: Reasons } {
  const reasons: Reason[] = brokenRules(plan, event);
  const key = plan.key === undefined ? undefined : textOf(plan.key, event);
  if (typeof key === "object") {
    reasons.push(refusal("KEY_INVALID", `the partition key cannot be made: ${key.why}`));
  } else if (key !== undefined && key.length > LIMITS.keyCharsMax) {
    const message = `the partition key has ${key.length} characters; at most ${LIMITS.keyCharsMax} are taken`;
    reasons.push(refusal("KEY_INVALID", message));
  }
  const id = plan.id === undefined ? undefined : textOf(plan.id, event);
  const against = id === undefined ? undefined : againstId(id);
  if (against !== undefined) {
    reasons.push(refusal("ID_INVALID", against));
  }
  const [first, ...others] = reasons;
  if (first !== undefined) {
    return { reasons: [first, ...others.slice(0, LIMITS.reasonsPerRecordMax - 1)] };
  }
  // Neither is a failure any more: each would have been a reason.
  return { key: key as string | undefined, id: id as string | undefined };
}

interface Failure {
  readonly why: string;
}

function textOf(derived: Derived, event: Event): string | Failure {
  try {
    const text: unknown = deriveText(derived, event);
    if (typeof text !== "string") {
      return {
        why: `the pipeline's function gave ${text === null ? "null" : typeof text}, not a text`,
      };
    }
    return text.isWellFormed() ? text : { why: "the pipeline's function gave half a character" };
  } catch (thrown) {
    return { why: `the pipeline's function failed: ${bounded(causeOf(thrown))}` };
  }
}

function againstId(id: string | Failure): string | undefined {
  if (typeof id === "object") {
    return `the event id cannot be made: ${id.why}`;
  }
  if (id.length > LIMITS.idCharsMax) {
    return `the event id has ${id.length} characters; at most ${LIMITS.idCharsMax} are taken`;
  }
  return isBlank(id) ? "the event id is empty" : undefined;
}

/** Nothing but the bars between empty fields. */
function isBlank(id: string): boolean {
  return /^\|*$/.test(id);
}

function brokenRules(plan: StreamPlan, event: Event): Reason[] {
  const reasons: Reason[] = [];
  for (const { test, says, field } of plan.rules) {
    const path = field === undefined ? "" : `/${escapePointer(field)}`;
    try {
      // A promise would look like a yes: only true is one.
      const holds: unknown = test(event);
      if (holds !== true) {
        reasons.push({ code: "RULE_BROKEN", path, message: says });
      }
    } catch (thrown) {
      const message = `${says} (the rule itself failed: ${bounded(causeOf(thrown))})`;
      reasons.push({ code: "RULE_BROKEN", path, message });
    }
  }
  return reasons;
}

function bounded(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
