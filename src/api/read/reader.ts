/** Answers one read API: negotiates, asks the warehouse within bounds, and tells a client that it has the answer already. */

import { createHash } from "node:crypto";
import { defined } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import type { EndpointPlan, ParameterPlan, Plan } from "../../plan/plan.ts";
import type { Objects } from "../../seams/objects.ts";
import type { Query, RowFormat } from "../../seams/query.ts";
import { CONTENT_TYPES, toFormat } from "./accept.ts";
import { type Offer, toAsked, toColumns, toFilters } from "./asked.ts";
import { fromCursor, toCursor } from "./cursor.ts";
import { ValuesBook } from "./tables/data-values.ts";
import { Gate } from "./gate.ts";
import { KeptRows } from "./wide/kept-rows.ts";
import { Cuts, type LakeMeans } from "./lake/cuts.ts";
import { LakeRows, lakeSource } from "./lake/lake-rows.ts";
import { type Page, PageCache } from "./page-cache.ts";
import { type Rows, tableRows } from "./rows.ts";
import { pageText } from "./rows-text.ts";
import { LINEAGE, type ModelTable, type ReadSource, Sources } from "./source.ts";
import type { Question } from "./sql.ts";
import { tableParameters } from "./tables/table-parameters.ts";
import { streamRows } from "./whole.ts";

export interface ReaderOptions {
  readonly plan: Plan;
  readonly query: Query;
  /** Changes whenever what tables hold may have changed, and never goes back to an old value. */
  readonly position: () => string;
  readonly models: () => Promise<readonly ModelTable[]>;
  /** Whether nobody but this life's loads writes streams' tables: only then are rows of them kept. */
  readonly alone: boolean;
  readonly lake: LakeMeans & { readonly objects: Objects };
}

const PAGES_AT_ONCE = 48;
const WHOLE_AT_ONCE = 2;
const WHOLE_MS = 600_000;
const TABLE_PAGE = { pageRows: 200, pageRowsMax: 1000, timeout: 10_000 } as const;

/** One read API as it is asked. */
interface Api extends Offer {
  readonly name: string;
  readonly source: ReadSource;
  readonly rows: Rows;
  /** Changes when what it answers may have changed. */
  readonly position: string;
  /** Columns of the answer when none are named. */
  readonly usual: ReadSource["columns"];
  readonly timeout: number;
  readonly whenNothing: EndpointPlan["whenNothing"];
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #sources: Sources;
  readonly #values: ValuesBook;
  /** By stream; as many as there are endpoints over the lake at most. */
  readonly #cuts = new Map<string, Cuts>();
  readonly #pages = new PageCache();
  readonly #kept: KeptRows;
  readonly #pageGate = new Gate(PAGES_AT_ONCE);
  readonly #wholeGate = new Gate(WHOLE_AT_ONCE);

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#sources = new Sources(options);
    this.#kept = new KeptRows(options.query);
    this.#values = new ValuesBook(options.query, options.position);
  }

  /** Throws PARAMETER_INVALID, NOT_ACCEPTABLE, NOTHING_FOUND, READERS_BUSY, and what a query throws. */
  async endpoint(request: Request, plan: EndpointPlan): Promise<Response> {
    using _place = this.#pageGate.enter();
    const found = plan.from.kind === "lake" ? await this.#lake(plan) : await this.#tables(plan);
    const usual = found.source.columns.filter(({ name }) => !LINEAGE.has(name));
    return await this.#answer(request, { ...plan, ...found, usual });
  }

  async #tables(plan: EndpointPlan): Promise<Pick<Api, "source" | "rows" | "position">> {
    const position = this.#options.position();
    const source = await this.#sources.ofEndpoint(plan);
    return { source, rows: this.#rowsOf(source), position };
  }

  async #lake({ from, scan }: EndpointPlan): Promise<Pick<Api, "source" | "rows" | "position">> {
    const { plan, lake } = this.#options;
    const found = plan.streams.find(({ name }) => from.kind === "lake" && name === from.stream);
    const { name: stream, ...rest } = defined(found, "the plan knows the stream");
    const cuts = this.#cuts.get(stream) ?? new Cuts(lake, stream);
    this.#cuts.set(stream, cuts);
    const { first, newest } = await cuts.extent();
    return {
      source: lakeSource(rest),
      rows: new LakeRows({ stream, cuts, objects: lake.objects, scanBytesMax: scan }),
      position: `${plan.hash} ${first}-${newest}`,
    };
  }

  /** Throws TABLE_UNKNOWN besides. */
  async table(request: Request, table: string): Promise<Response> {
    using _place = this.#pageGate.enter();
    const position = this.#options.position();
    const source = await this.#sources.ofTable(table);
    const parameters: readonly ParameterPlan[] = tableParameters(source);
    const name = `table ${table}`;
    const offer = { ...TABLE_PAGE, name, parameters, columns: undefined };
    const rows = this.#rowsOf(source);
    const usual = source.columns;
    const api: Api = { ...offer, source, rows, position, usual, whenNothing: "empty" };
    return await this.#answer(request, api);
  }

  #rowsOf({ order }: ReadSource): Rows {
    return tableRows({ query: this.#options.query, kept: this.#kept }, order.length);
  }

  tables(): Promise<readonly string[]> {
    return this.#sources.tables();
  }

  async #answer(request: Request, api: Api): Promise<Response> {
    const url = new URL(request.url);
    const format = toFormat(request.headers.get("accept"), url.pathname);
    const asked = toAsked(url.searchParams, api);
    const { source, parameters, position } = api;
    const columns = toColumns(asked.columns, api.usual, source.columns);
    const scope = `${api.name} ${asked.scope}`;
    const { cursor } = asked;
    const after =
      cursor === undefined ? undefined : fromCursor(scope, cursor, api.rows.cursorValues);
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
    if (page.rows === 0 && page.next === undefined && api.whenNothing === "404") {
      throw new Fault("NOTHING_FOUND", { endpoint: api.name });
    }
    if (page.next !== undefined) {
      url.searchParams.set("cursor", page.next);
      headers.set("link", `<${url.pathname}${url.search}>; rel="next"`);
    }
    return new Response(page.body, { headers });
  }

  async #page(question: Question & { readonly limit: number }, how: How): Promise<Page> {
    const { rows: from, timeout } = how.api;
    const bounds = { timeoutMs: timeout };
    const { columns, rows, next: place } = await from.page(question, bounds);
    const next = place && toCursor(how.scope, place);
    const total = how.total ? await from.count(question, bounds) : undefined;
    return { body: pageText(how.format, { columns, rows, next, total }), next, rows: rows.length };
  }

  async #whole(question: Question, how: Whole): Promise<Response> {
    const place = this.#wholeGate.enter();
    const { signal } = how.request;
    try {
      const bounds = { timeoutMs: WHOLE_MS, signal };
      const chunks = how.api.rows.stream(question, how.format, bounds);
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
