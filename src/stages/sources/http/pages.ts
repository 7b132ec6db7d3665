/** Where the next page of an answer is. Pure. */

import type { Paging } from "../../../define/sources/http.ts";
import { at } from "./parse.ts";

/** A page: undefined for the first, else a cursor, a number, an offset or an address. */
export type Position = string | number | undefined;

export interface Page {
  /** The parsed answer; undefined where it is no JSON. */
  readonly whole: unknown;
  readonly records: number;
  readonly link: string | null;
}

/** The address of a page. */
export function toAddress(
  base: { readonly url: string; readonly query: Readonly<Record<string, string>> },
  paging: Paging | undefined,
  position: Position,
): string {
  if (paging?.by === "link" && position !== undefined) {
    return new URL(String(position), base.url).href;
  }
  const url = new URL(base.url);
  for (const [name, value] of Object.entries(base.query)) {
    url.searchParams.set(name, value);
  }
  if (paging === undefined || paging.by === "link") {
    return url.href;
  }
  if (paging.by === "offset") {
    url.searchParams.set(paging.limitParameter, String(paging.limit));
  }
  const first = { cursor: undefined, page: firstPage(paging), offset: 0 }[paging.by];
  const value = position ?? first;
  if (value !== undefined) {
    url.searchParams.set(paging.parameter, String(value));
  }
  return url.href;
}

/** Undefined after the last page. */
export function toNext(paging: Paging | undefined, position: Position, page: Page): Position {
  switch (paging?.by) {
    case undefined:
      return undefined;
    case "cursor":
      return nextCursor(at(page.whole, paging.at.split(".")), position);
    case "page":
      return page.records === 0 ? undefined : Number(position ?? firstPage(paging)) + 1;
    case "offset":
      return nextOffset(paging, Number(position ?? 0), page);
    case "link":
      return /<([^>]+)>\s*;[^,]*rel="?next"?/.exec(page.link ?? "")?.[1];
  }
}

function firstPage(paging: Paging): number {
  return paging.by === "page" ? (paging.first ?? 1) : 0;
}

/** A cursor that leads to its own page would never end. */
function nextCursor(found: unknown, position: Position): Position {
  const cursor = typeof found === "string" || typeof found === "number" ? found : "";
  return cursor === "" || cursor === position ? undefined : cursor;
}

/** Where the answer tells the next offset it is believed; an early end it may tell is not, while the page is full. */
function nextOffset(
  paging: Extract<Paging, { by: "offset" }>,
  offset: number,
  { whole, records }: Page,
): Position {
  const told = paging.at === undefined ? undefined : at(whole, paging.at.split("."));
  if (typeof told === "number" && told > offset) {
    return told;
  }
  return records >= paging.limit ? offset + records : undefined;
}
