/** Every way the world can fail Millrace: one table of codes, each with status, retry and remedy. */

import { DEPLOY_FAULTS } from "./deploy-faults.ts";
import { ACCESS_FAULTS } from "./access-faults.ts";
import { DOOR_FAULTS } from "./door-faults.ts";
import type { FaultRow } from "./fault-row.ts";
import { STAGE_FAULTS } from "./stage-faults.ts";

export const FAULTS = { ...DOOR_FAULTS, ...ACCESS_FAULTS, ...STAGE_FAULTS, ...DEPLOY_FAULTS };

export type FaultCode = keyof typeof FAULTS;
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** The one shape of an error on every surface. */
export interface FaultBody {
  readonly error: {
    readonly code: FaultCode;
    readonly message: string;
    readonly remedy: string;
    readonly retry: boolean;
  } & Facts;
}

/** The world has failed us. Callers branch on `code` and `retry`, never on the text. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly facts: Facts;

  constructor(code: FaultCode, facts: Facts = {}, cause?: unknown) {
    super(fill(FAULTS[code].message, facts), cause === undefined ? undefined : { cause });
    this.code = code;
    this.facts = facts;
  }

  get row(): FaultRow {
    return FAULTS[this.code];
  }

  get retry(): boolean {
    return this.row.retry;
  }

  get remedy(): string {
    return fill(this.row.remedy, this.facts);
  }

  /** What a client is shown. */
  toBody(): FaultBody {
    const { code, message, remedy, retry } = this;
    return { error: { ...this.facts, code, message, remedy, retry } };
  }
}

/** A thrown value as a fault: itself when it is one, else `code` with its sentence as cause beside `facts`. */
export function toFault(thrown: unknown, code: FaultCode, facts: Facts = {}): Fault {
  const first = firstOf(thrown);
  return first instanceof Fault
    ? first
    : new Fault(code, { ...facts, cause: causeOf(first) }, thrown);
}

/** What went wrong first, where clearing up after it failed as well: the language hides it in a SuppressedError. */
function firstOf(thrown: unknown): unknown {
  return thrown instanceof SuppressedError ? firstOf(thrown.suppressed) : thrown;
}

/** The sentence an unknown thrown value says. */
export function causeOf(thrown: unknown): string {
  const first = firstOf(thrown);
  return first instanceof Error ? first.message : String(first);
}

function fill(text: string, facts: Facts): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}
