/** Which of the formats a request's Accept header likes best. Pure. */

import { Fault } from "../../base/faults.ts";
import type { RowFormat } from "../../seams/query.ts";

export const CONTENT_TYPES: Readonly<Record<RowFormat, string>> = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
};

/** Names that mean a format; the first is what it is called in answers. */
const NAMES: Readonly<Record<RowFormat, readonly string[]>> = {
  json: ["application/json", "application/*", "*/*"],
  ndjson: ["application/x-ndjson", "application/ndjson", "application/jsonl"],
  csv: ["text/csv", "text/*"],
};

/** JSON when nothing is named. Throws NOT_ACCEPTABLE. */
export function toFormat(accept: string | null, path: string): RowFormat {
  if (accept === null || accept.trim() === "") {
    return "json";
  }
  const wishes = accept.split(",").map(toWish);
  let best: { readonly format: RowFormat; readonly weight: number } | undefined;
  for (const { name, weight } of wishes) {
    const format = (Object.keys(NAMES) as RowFormat[]).find((one) => NAMES[one].includes(name));
    if (format !== undefined && weight > 0 && weight > (best?.weight ?? 0)) {
      best = { format, weight };
    }
  }
  if (best === undefined) {
    throw new Fault("NOT_ACCEPTABLE", { path, accept: accept.slice(0, 200) });
  }
  return best.format;
}

function toWish(text: string): { name: string; weight: number } {
  const [name = "", ...facts] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = facts.find((fact) => fact.startsWith("q="));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  // A named type goes before a wildcard of the same weight.
  const wild = name.includes("*") ? 0.0001 : 0;
  return { name, weight: Number.isFinite(weight) && weight > 0 ? weight - wild : 0 };
}
