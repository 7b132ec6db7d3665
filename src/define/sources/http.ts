/** What a user writes for a source that asks an HTTP API again and again. */

import type { GivenOf } from "../fields.ts";
import type { httpFields } from "./fields.ts";

/** How one page leads to the next. */
export type Paging =
  /** The answer holds a cursor, which the next request carries. */
  | { readonly by: "cursor"; readonly at: string; readonly parameter: string }
  /** Pages have numbers; an empty page is the last. */
  | { readonly by: "page"; readonly parameter: string; readonly first?: number }
  /** Records are counted; the answer may hold the next offset, else a page that is not full is the last. */
  | {
      readonly by: "offset";
      readonly parameter: string;
      readonly limitParameter: string;
      readonly limit: number;
      readonly at?: string;
    }
  /** The header `Link: <…>; rel="next"`. */
  | { readonly by: "link" };

export interface HttpSourceOptions extends GivenOf<typeof httpFields> {
  readonly stream: string;
  readonly title?: string;
  readonly url: string;
  /** Parameters of every request; `env:NAME` stands for the environment's variable. */
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Headers of every request; `env:NAME` inside a value stands for the environment's variable. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the records are in the answer: `data.items`; left out, the answer is the array, or one record. */
  readonly records?: string;
  readonly paging?: Paging;
}

export interface HttpSourceDefinition extends HttpSourceOptions {
  readonly kind: "http";
}

/** Records of an HTTP API, page by page, again on a schedule. */
export function httpSource(options: HttpSourceOptions): HttpSourceDefinition {
  return { ...options, kind: "http" };
}
