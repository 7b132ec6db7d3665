/** Every route × what it takes to use it: one total table. A route without a row answers nobody, and fails a test. */

import type { Deed } from "../../seams/caller.ts";

/**
 * `anyone`: needs no key. `signature`: each request is signed. Else the deed that the caller's scopes must allow, on
 * the stream or table that the named part of the path names, or on all of them.
 */
export type Access =
  | { readonly kind: "anyone" | "signature" }
  | { readonly kind: "deed"; readonly deed: Deed; readonly part?: string };

const ANYONE: Access = { kind: "anyone" };
const SIGNATURE: Access = { kind: "signature" };
const READ: Access = { kind: "deed", deed: "read" };
const ADMIN: Access = { kind: "deed", deed: "admin" };

export const ACCESS: Readonly<Record<string, Access>> = {
  "POST /v1/streams/:stream/events": { kind: "deed", deed: "ingest", part: "stream" },
  "POST /v1/webhooks/:webhook": SIGNATURE,
  /** Kinesis and Firehose: SigV4. */
  "POST /": SIGNATURE,

  "GET /healthz": ANYONE,
  "GET /readyz": ANYONE,
  "GET /": ANYONE,
  "GET /assets/:file": ANYONE,
  "GET /v1/session": ANYONE,
  "POST /v1/session": ANYONE,
  "DELETE /v1/session": ANYONE,

  "GET /metrics": READ,
  "GET /v1/status": READ,
  "GET /v1/streams/:stream": READ,
  "GET /v1/events/:id": READ,
  "GET /v1/tail/:stream": READ,
  "GET /v1/dead-letters": READ,
  "GET /v1/dead-letters/:id": READ,
  "GET /v1/feed": READ,
  "GET /v1/charts": READ,
  "GET /v1/charts/:chart/choices": READ,
  "GET /v1/charts/:chart/series": READ,
  "GET /v1/examples": READ,
  "GET /openapi.json": READ,
  "GET /docs": READ,
  "GET /docs/page.css": ANYONE,
  "GET /docs/page.js": ANYONE,
  "GET /postman.json": READ,
  "GET /v1/data": READ,
  "GET /v1/data/:table": { kind: "deed", deed: "read", part: "table" },

  "POST /v1/query": ADMIN,
  "POST /v1/drain": ADMIN,
  "POST /v1/verify": ADMIN,
  "POST /v1/dead-letters/pick": ADMIN,
  "POST /v1/dead-letters/redrive": ADMIN,
  "POST /v1/dead-letters/drop": ADMIN,
  "GET /v1/keys": ADMIN,
  "POST /v1/keys": ADMIN,
  "POST /v1/keys/:id/rotate": ADMIN,
  "POST /v1/keys/:id/revoke": ADMIN,
};
