/** Callers from their scopes: what each may do. Pure. */

import { Fault } from "../../../base/faults.ts";
import type { Admission, Caller, Deed, Scope } from "../../../seams/caller.ts";

const SCOPE = /^(?:admin|(?:ingest|read)(?::[a-zA-Z0-9_.-]{1,128})?)$/;
export const SCOPES_MAX = 64;

/** Whether a text is a scope. */
export function isScope(text: unknown): text is Scope {
  return typeof text === "string" && SCOPE.test(text);
}

/** A caller who may do what the scopes say. */
export function toCaller(name: string, scopes: readonly Scope[]): Caller {
  const granted = new Set(scopes);
  const admin = granted.has("admin");
  return {
    name,
    scopes,
    anonymous: false,
    allows: (deed, of) =>
      admin || granted.has(deed) || (of !== undefined && granted.has(`${deed}:${of}`)),
  };
}

/** Programs and people of this machine, where no key is asked of them. */
export const LOCAL: Admission = { caller: toCaller("local", ["admin"]), headers: undefined };

/** A page of an allowed site without a key: it may send events, and nothing else. */
export const OTHER_SITE: Admission = { caller: toCaller("site", ["ingest"]), headers: undefined };

export const NOBODY: Admission = {
  caller: { ...toCaller("nobody", []), anonymous: true },
  headers: undefined,
};

/** Throws KEY_MISSING for nobody, and SCOPE_MISSING for somebody who may not. */
export function need(caller: Caller, deed: Deed, of?: string): void {
  if (caller.allows(deed, of)) {
    return;
  }
  if (caller.anonymous) {
    throw new Fault("KEY_MISSING");
  }
  const scope = of === undefined ? deed : `${deed}:${of.slice(0, 128)}`;
  throw new Fault("SCOPE_MISSING", { caller: caller.name, scope });
}
