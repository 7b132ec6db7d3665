/** Sources that ask an HTTP API → plans. */

import { isWebAddress, showAddress } from "../../base/address.ts";
import { httpFields } from "../../define/sources/fields.ts";
import type { HttpSourceDefinition, Paging } from "../../define/sources/http.ts";
import { refuseUnknown, settle } from "../settle.ts";
import { isLoopback, only, type SourcePlace, textOf, toTexts } from "./place.ts";
import type { HttpSourcePlan } from "./source-plan.ts";

const MEMBERS = ["kind", "stream", "title", "url", "query", "headers", "records", "paging"];
/** What each way of paging must and may say. */
const PAGING: Readonly<Record<Paging["by"], { must: readonly string[]; may: readonly string[] }>> =
  {
    cursor: { must: ["at", "parameter"], may: [] },
    page: { must: ["parameter"], may: ["first"] },
    offset: { must: ["parameter", "limitParameter", "limit"], may: ["at"] },
    link: { must: [], may: [] },
  };

export function planHttp(given: HttpSourceDefinition, place: SourcePlace): HttpSourcePlan {
  const { path, problems } = place;
  refuseUnknown(given, [...MEMBERS, ...Object.keys(httpFields)], place);
  const url = textOf(given.url);
  if (!isWebAddress(url) || new URL(url).username !== "" || new URL(url).password !== "") {
    const remedy = "Write https://…; what is secret belongs into headers or query, as env:NAME.";
    problems.add(`${path}.url`, `${showAddress(url)} cannot be asked.`, remedy);
  } else if (new URL(url).protocol === "http:" && !isLoopback(new URL(url).hostname)) {
    const says = `${showAddress(url)} would answer over the network for everybody to read and change.`;
    problems.add(`${path}.url`, says, "Use https://.");
  }
  checkPaging(given.paging, place);
  return {
    ...settle(httpFields, only(given, httpFields), place),
    kind: "http",
    stream: given.stream,
    title: given.title ?? `Pull of ${showAddress(url)}`,
    url,
    query: toTexts(given.query, { path: `${path}.query`, problems }),
    headers: toTexts(given.headers, { path: `${path}.headers`, problems }),
    records: (given.records ?? "").split(".").filter((part) => part !== ""),
    paging: given.paging,
  };
}

function checkPaging(paging: Paging | undefined, { path, problems }: SourcePlace): void {
  if (paging === undefined) {
    return;
  }
  const at = { path: `${path}.paging`, problems };
  const known = Object.hasOwn(PAGING, paging.by) ? PAGING[paging.by] : undefined;
  if (known === undefined) {
    const ways = Object.keys(PAGING).join(", ");
    problems.add(`${at.path}.by`, "No such way of paging.", `Known are ${ways}.`);
    return;
  }
  refuseUnknown(paging, ["by", ...known.must, ...known.may], at);
  for (const name of known.must) {
    const value = (paging as unknown as Readonly<Record<string, unknown>>)[name];
    const good = name === "limit" ? Number.isInteger(value) && Number(value) > 0 : isText(value);
    if (!good) {
      problems.add(`${at.path}.${name}`, `Paging by ${paging.by} needs it.`, "Name it.");
    }
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
