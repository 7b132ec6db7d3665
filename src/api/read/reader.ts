/** Answers one read API: negotiates, asks the warehouse within bounds, and tells a client that it has the answer already. */

import { createHash } from "node:crypto";
import { Fault } from "../../base/faults.ts";
import type { EndpointPlan, ParameterPlan, Plan } from "../../plan/plan.ts";
import type { Query, RowFormat } from "../../seams/query.ts";
import { CONTENT_TYPES, toFormat } from "./accept.ts";
import { type Offer, toAsked, toColumns, toFilters } from "./asked.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { ValuesBook } from "./data-values.ts";
import { Gate } from "./gate.ts";
import { type Page, PageCache } from "./page-cache.ts";
import { pageText } from "./rows-text.ts";
import { LINEAGE, type ModelTable, type ReadSource, Sources } from "./source.ts";
import { countRows, type Question, selectRows } from "./sql.ts";
import { tableParameters } from "./table-parameters.ts";
import { streamRows } from "./whole.ts";

export interface ReaderOptions {
  readonly plan: Plan;
  readonly query: Query;
  /** Changes whenever what tables hold may have changed, and never goes back to an old value. */
  readonly position: () => string;
  readonly models: () => Promise<readonly ModelTable[]>;
}

const PAGES_AT_ONCE = 48;
const WHOLE_AT_ONCE = 2;
const WHOLE_MS = 600_000;
const TABLE_PAGE = { pageRows: 200, pageRowsMax: 1000, timeout: 10_000 } as const;

/** One read API as it is asked. */
interface Api extends Offer {
  readonly name: string;
  readonly source: ReadSource;
  /** Columns of the answer when none are named. */
  readonly usual: ReadSource["columns"];
  readonly timeout: number;
  readonly whenNothing: EndpointPlan["whenNothing"];
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #sources: Sources;
  readonly #values: ValuesBook;
  readonly #pages = new PageCache();
  readonly #pageGate = new Gate(PAGES_AT_ONCE);
  readonly #wholeGate = new Gate(WHOLE_AT_ONCE);

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#sources = new Sources(options);
    this.#values = new ValuesBook(options.query, options.position);
  }

  /** Throws PARAMETER_INVALID, NOT_ACCEPTABLE, NOTHING_FOUND, READERS_BUSY, and what a query throws. */
  async endpoint(request: Request, plan: EndpointPlan): Promise<Response> {
    using _place = this.#pageGate.enter();
    const position = this.#options.position();
    const source = await this.#sources.ofEndpoint(plan);
    const usual = source.columns.filter(({ name }) => !LINEAGE.has(name));
    return await this.#answer(request, { ...plan, source, usual }, position);
  }

  /** Throws TABLE_UNKNOWN besides. */
  async table(request: Request, table: string): Promise<Response> {
    using _place = this.#pageGate.enter();
    const position = this.#options.position();
    const source = await this.#sources.ofTable(table);
    const parameters: readonly ParameterPlan[] = tableParameters(source);
    const name = `table ${table}`;
    const offer = { ...TABLE_PAGE, name, parameters, columns: undefined };
    const api: Api = { ...offer, source, usual: source.columns, whenNothing: "empty" };
    return await this.#answer(request, api, position);
  }

  tables(): Promise<readonly string[]> {
    return this.#sources.tables();
  }

  async #answer(request: Request, api: Api, position: string): Promise<Response> {
    const url = new URL(request.url);
    const format = toFormat(request.headers.get("accept"), url.pathname);
    const asked = toAsked(url.searchParams, api);
    const { source, parameters } = api;
    const columns = toColumns(asked.columns, api.usual, source.columns);
    const scope = `${api.name} ${asked.scope}`;
    const { cursor } = asked;
    const after = cursor === undefined ? undefined : fromCursor(scope, cursor, source.order.length);
    const filters = await toFilters(asked, parameters, { source, values: this.#values });
    const question: Question = { source, columns, filters, after };
    const whole = format !== "json" && asked.limit === undefined && cursor === undefined;
    const key = [position, scope, columns.join(), cursor, asked.limit, asked.total, format];
    const etag = `"${createHash("sha256").update(JSON.stringify(key)).digest("base64url").slice(0, 22)}"`;
    const headers = headersFor(format, etag);
    if (isKnown(request, etag)) {
      return new Response(null, { status: 304, headers });
    }
    if (whole) {
      return await this.#whole(question, { format, headers, request, api });
    }
    const page = await this.#pages.of(etag, () =>
      this.#page(
        { ...question, limit: asked.limit ?? api.pageRows },
        { ...asked, format, scope, api },
      ),
    );
    if (page.rows === 0 && api.whenNothing === "404") {
      throw new Fault("NOTHING_FOUND", { endpoint: api.name });
    }
    if (page.next !== undefined) {
      url.searchParams.set("cursor", page.next);
      headers.set("link", `<${url.pathname}${url.search}>; rel="next"`);
    }
    return new Response(page.body, { headers });
  }

  async #page(question: Question, how: How): Promise<Page> {
    const { query } = this.#options;
    const { source, limit = 0 } = question;
    const timeoutMs = how.api.timeout;
    // One row more than the page tells whether there is another page.
    const { sql, params } = selectRows({ ...question, limit: limit + 1 });
    const found = await query.run(sql, { params, timeoutMs, rowsMax: limit + 1 });
    const keys = source.order.length;
    const shown = found.rows.slice(0, limit);
    const last = found.rows.length > limit ? shown.at(-1) : undefined;
    const next = last === undefined ? undefined : toCursor(how.scope, last.slice(0, keys));
    const total = how.total ? await this.#count(question, timeoutMs) : undefined;
    const columns = found.columns.slice(keys);
    const rows = shown.map((row) => row.slice(keys));
    return { body: pageText(how.format, { columns, rows, next, total }), next, rows: rows.length };
  }

  async #count(question: Question, timeoutMs: number): Promise<number> {
    const { sql, params } = countRows(question);
    const { rows } = await this.#options.query.run(sql, { params, timeoutMs });
    return Number(rows[0]?.[0] ?? 0);
  }

  async #whole(question: Question, how: Whole): Promise<Response> {
    const place = this.#wholeGate.enter();
    const { sql, params } = selectRows(question);
    const { signal } = how.request;
    const options = { params, timeoutMs: WHOLE_MS, signal, nested: true };
    try {
      const chunks = this.#options.query.stream(sql, how.format, options);
      const { body, empty } = await streamRows(chunks, how.format, () => place[Symbol.dispose]());
      if (empty && how.api.whenNothing === "404") {
        await body.cancel();
        throw new Fault("NOTHING_FOUND", { endpoint: how.api.name });
      }
      return new Response(body, { headers: how.headers });
    } catch (thrown) {
      place[Symbol.dispose]();
      throw thrown;
    }
  }
}

interface How {
  readonly api: Api;
  readonly format: RowFormat;
  readonly scope: string;
  readonly total: boolean;
}

interface Whole {
  readonly api: Api;
  readonly format: RowFormat;
  readonly headers: Headers;
  readonly request: Request;
}

function headersFor(format: RowFormat, etag: string): Headers {
  return new Headers({
    "content-type": CONTENT_TYPES[format],
    etag,
    "cache-control": "private, no-cache",
    vary: "accept",
    "x-content-type-options": "nosniff",
  });
}

function isKnown(request: Request, etag: string): boolean {
  const known = request.headers.get("if-none-match") ?? "";
  return known
    .split(",")
    .map((one) => one.trim().replace(/^W\//, ""))
    .some((one) => one === etag);
}
