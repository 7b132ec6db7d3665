/** What the document says of the engine's own routes: one row each; those of streams and read APIs come from the Plan. */

export interface FixedRoute {
  readonly summary: string;
  readonly tag: "Events" | "Read" | "Dead letters" | "Pipeline" | "Keys" | "Dashboard" | "Wire";
  /** Media type of the good answer; JSON when left out. */
  readonly type?: string;
  /** Status of the good answer; 200 when left out. */
  readonly status?: number;
  /** A JSON object is sent. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Faults it may answer beside those every route may. */
  readonly faults?: readonly number[];
}

const TEXT = { type: "string" } as const;
const LIST = { type: "object" } as const;

export const FIXED_ROUTES: Readonly<Record<string, FixedRoute>> = {
  "GET /healthz": { tag: "Pipeline", summary: "Whether the process answers." },
  "GET /readyz": { tag: "Pipeline", summary: "Whether the warehouse answers.", faults: [503] },
  "GET /metrics": { tag: "Pipeline", summary: "Numbers for Prometheus.", type: "text/plain" },
  "GET /v1/status": { tag: "Pipeline", summary: "The whole journey in one value." },
  "GET /v1/streams/{stream}": {
    tag: "Events",
    summary: "A stream's schema and settings.",
    faults: [404],
  },
  "GET /v1/events/{id}": { tag: "Events", summary: "Where an event is.", faults: [404] },
  "GET /v1/tail/{stream}": {
    tag: "Events",
    summary: "Events as they come.",
    type: "text/event-stream",
    faults: [404],
  },
  "GET /v1/dead-letters": {
    tag: "Dead letters",
    summary: "What was set aside, grouped by cause.",
    query: {
      limit: { type: "integer", minimum: 1, maximum: 1000 },
      stream: TEXT,
      all: { type: "boolean" },
    },
  },
  "GET /v1/dead-letters/{id}": {
    tag: "Dead letters",
    summary: "One dead letter in full.",
    faults: [404],
  },
  "POST /v1/dead-letters/pick": { tag: "Dead letters", summary: "Letters to mend.", body: LIST },
  "POST /v1/dead-letters/redrive": {
    tag: "Dead letters",
    summary: "Sends letters again.",
    body: LIST,
    faults: [404, 409, 422],
  },
  "POST /v1/dead-letters/drop": {
    tag: "Dead letters",
    summary: "Closes letters with a reason.",
    body: LIST,
    faults: [404, 409, 422],
  },
  "GET /v1/data": { tag: "Read", summary: "The tables there are to read." },
  "POST /v1/query": {
    tag: "Read",
    summary: "Asks the warehouse in SQL.",
    body: {
      type: "object",
      properties: { sql: TEXT, format: { enum: ["json", "csv", "ndjson"] } },
      required: ["sql"],
    },
    faults: [413, 500, 504],
  },
  "POST /v1/drain": {
    tag: "Pipeline",
    summary: "Answers once everything accepted is loaded and modelled.",
    body: {
      type: "object",
      properties: { timeout_ms: { type: "integer", minimum: 0, maximum: 3_600_000 } },
    },
    faults: [504],
  },
  "POST /v1/verify": {
    tag: "Pipeline",
    summary: "Closes the books.",
    body: { type: "object", properties: { deep: { type: "boolean" } } },
  },
  "GET /v1/keys": { tag: "Keys", summary: "The keys, without their secrets." },
  "POST /v1/keys": { tag: "Keys", summary: "Makes a key.", status: 201, body: LIST, faults: [409] },
  "POST /v1/keys/{id}/rotate": {
    tag: "Keys",
    summary: "A new secret.",
    body: LIST,
    faults: [404, 409],
  },
  "POST /v1/keys/{id}/revoke": { tag: "Keys", summary: "Ends a key.", body: LIST, faults: [404] },
  "GET /v1/session": { tag: "Keys", summary: "Who asks." },
  "POST /v1/session": { tag: "Keys", summary: "Opens a session with a key.", body: LIST },
  "DELETE /v1/session": { tag: "Keys", summary: "Ends the session." },
  "POST /v1/webhooks/{webhook}": {
    tag: "Events",
    summary: "A signed request of another service.",
    status: 202,
    body: LIST,
    faults: [404, 413, 415, 422],
  },
  "POST /": { tag: "Wire", summary: "Kinesis and Firehose, as AWS's SDKs speak them.", body: LIST },
  "GET /": { tag: "Dashboard", summary: "The dashboard.", type: "text/html" },
  "GET /assets/{file}": {
    tag: "Dashboard",
    summary: "A file of the dashboard.",
    type: "application/octet-stream",
    faults: [404],
  },
  "GET /v1/feed": { tag: "Dashboard", summary: "The dashboard's feed.", type: "text/event-stream" },
  "GET /v1/charts": { tag: "Dashboard", summary: "The charts." },
  "GET /v1/charts/{chart}/choices": {
    tag: "Dashboard",
    summary: "Values to choose.",
    faults: [404],
  },
  "GET /v1/charts/{chart}/series": {
    tag: "Dashboard",
    summary: "A chart's points.",
    faults: [404],
  },
  "GET /v1/examples": { tag: "Dashboard", summary: "An event of each stream." },
  "GET /openapi.json": { tag: "Pipeline", summary: "This document." },
  "GET /docs": { tag: "Pipeline", summary: "The API reference as a page.", type: "text/html" },
  "GET /docs/page.css": { tag: "Pipeline", summary: "Its style.", type: "text/css" },
  "GET /docs/page.js": { tag: "Pipeline", summary: "Its script.", type: "text/javascript" },
  "GET /postman.json": { tag: "Pipeline", summary: "A Postman collection of this pipeline." },
};
