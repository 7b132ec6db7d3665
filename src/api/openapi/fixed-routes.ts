/** What the document says of the engine's own routes: one row each; those of streams and read APIs come from the Plan. */

import { BODIES } from "./bodies.ts";

export interface FixedRoute {
  readonly summary: string;
  readonly tag: "Events" | "Read" | "Dead letters" | "Pipeline" | "Keys" | "Dashboard" | "Wire";
  /** Media type of the good answer; JSON when left out. */
  readonly type?: string;
  /** Status of the good answer; 200 when left out. */
  readonly status?: number;
  /** Media type of what is sent; JSON when left out. */
  readonly sends?: string;
  /** The object that is sent. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** It need not be sent: an empty body is an empty object. */
  readonly bodyOptional?: boolean;
  readonly query?: Readonly<Record<string, Schema>>;
  /** Headers that must be sent. */
  readonly headers?: Readonly<Record<string, Schema>>;
  /** Media type of the faults; JSON of one shape when left out. */
  readonly faultType?: string;
  /** Statuses whose body is that of the good answer. */
  readonly alike?: readonly number[];
  /** Faults it may answer beside those every route may. */
  readonly faults?: readonly number[];
}

type Schema = Readonly<Record<string, unknown>>;

const TEXT = { type: "string" } as const;

/** What the wire of AWS's services is written in. */
const AMZ_JSON = "application/x-amz-json-1.1";

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
  "POST /v1/dead-letters/pick": {
    tag: "Dead letters",
    summary: "Letters to mend.",
    body: BODIES.pick,
    bodyOptional: true,
  },
  "POST /v1/dead-letters/redrive": {
    tag: "Dead letters",
    summary: "Sends letters again.",
    body: BODIES.redrive,
    bodyOptional: true,
    faults: [404, 409, 422],
  },
  "POST /v1/dead-letters/drop": {
    tag: "Dead letters",
    summary: "Closes letters with a reason.",
    body: BODIES.drop,
    faults: [404, 409, 422],
  },
  "GET /v1/data": { tag: "Read", summary: "The tables there are to read." },
  "POST /v1/query": {
    tag: "Read",
    summary: "Asks the warehouse in SQL.",
    body: BODIES.query,
    faults: [413, 500, 504],
  },
  "POST /v1/drain": {
    tag: "Pipeline",
    summary: "Answers once everything accepted is loaded and modelled.",
    body: BODIES.drain,
    bodyOptional: true,
    alike: [504],
  },
  "POST /v1/verify": {
    tag: "Pipeline",
    summary: "Closes the books.",
    body: BODIES.verify,
    bodyOptional: true,
  },
  "GET /v1/keys": { tag: "Keys", summary: "The keys, without their secrets." },
  "POST /v1/keys": {
    tag: "Keys",
    summary: "Makes a key.",
    status: 201,
    body: BODIES.key,
    faults: [409],
  },
  "POST /v1/keys/{id}/rotate": {
    tag: "Keys",
    summary: "A new secret.",
    body: BODIES.rotate,
    bodyOptional: true,
    faults: [404, 409],
  },
  "POST /v1/keys/{id}/revoke": {
    tag: "Keys",
    summary: "Ends a key.",
    body: BODIES.nothing,
    bodyOptional: true,
    faults: [404],
  },
  "GET /v1/session": { tag: "Keys", summary: "Who asks." },
  "POST /v1/session": { tag: "Keys", summary: "Opens a session with a key.", body: BODIES.session },
  "DELETE /v1/session": { tag: "Keys", summary: "Ends the session." },
  "POST /v1/webhooks/{webhook}": {
    tag: "Events",
    summary: "A signed request of another service.",
    status: 202,
    body: BODIES.any,
    faults: [404, 413, 415, 422],
  },
  "POST /": {
    tag: "Wire",
    summary: "Kinesis and Firehose, as AWS's SDKs speak them.",
    type: AMZ_JSON,
    sends: AMZ_JSON,
    faultType: AMZ_JSON,
    faults: [404],
    body: BODIES.any,
    headers: {
      "X-Amz-Target": {
        type: "string",
        pattern: "^(Kinesis_20131202|Firehose_20150804)[.][A-Za-z]+$",
      },
    },
  },
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
