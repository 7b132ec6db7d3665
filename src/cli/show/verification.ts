/** The closed books as a table: what was compared, what was expected, what was found. */

import type { BooksState } from "../../seams/status.ts";
import type { Finding, Verification } from "../../seams/verify.ts";
import { showCount } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { alignRows } from "./table.ts";
import { harmless } from "./text.ts";

const IDS_SHOWN = 10;

/** Ends with the state alone on its line, for eyes and for grep. */
export function showVerification(books: Verification, took: string, paint: Paint): string {
  const rows = books.findings.map((finding) => [
    markOf(finding.state, paint),
    harmless(finding.account),
    showCount(finding.expected),
    showCount(finding.found),
    finding.state === "BALANCED" ? paint.dim(harmless(finding.says)) : harmless(finding.says),
  ]);
  const header = ["", "account", "expected", "found", ""].map((name) => paint.dim(name));
  const sides = ["left", "left", "right", "right", "left"] as const;
  const table = books.findings.length === 0 ? [] : alignRows([header, ...rows], sides);
  const wrong = books.findings.flatMap((finding) => idsOf(finding, paint));
  const state = colourOf(books.state, paint)(paint.bold(books.state));
  return [...table, ...wrong, "", `${state}  ${paint.dim(`closed in ${took}`)}`, ""].join("\n");
}

function idsOf({ state, account, ids }: Finding, paint: Paint): string[] {
  if (state === "BALANCED" || ids.length === 0) {
    return [];
  }
  const shown = ids.slice(0, IDS_SHOWN).map(harmless).join(" ");
  const more = ids.length > IDS_SHOWN ? paint.dim(` and more; --json lists ${ids.length}`) : "";
  return [`  ${paint.bold(harmless(account))}: ${shown}${more}`];
}

function markOf(state: BooksState, paint: Paint): string {
  return colourOf(state, paint)(state === "BALANCED" ? "✓" : `✗ ${state}`);
}

export function colourOf(state: BooksState, paint: Paint): (text: string) => string {
  const colours = {
    BALANCED: paint.green,
    SHORT: paint.red,
    OVER: paint.red,
    UNVERIFIED: paint.red,
  } as const satisfies Record<BooksState, unknown>;
  return colours[state];
}
