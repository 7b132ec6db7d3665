/** Every place where a running pipeline writes, by name: what is killed there, and what fails there. */

import type { Order, Write } from "./gate.ts";

export interface Point {
  readonly op: Write["op"];
  /** Regular expression over the path, or over `file: statement`. */
  readonly path: string;
  /** Which process writes there. */
  readonly by: "main" | "warehouse";
  /** Only while a data folder is new. */
  readonly first?: true;
}

const OBJECT = "/lake/(orders|visits|ticks)/.*ndjson$|/lake/orders/.*csv$";

export const POINTS = {
  "data folder: who it belongs to": {
    op: "sql",
    path: "millrace.sqlite: INSERT OR IGNORE",
    by: "main",
    first: true,
  },
  "data folder: its address": { op: "write", path: "/endpoint.json$", by: "main" },
  "data folder: what it was started with": {
    op: "sql",
    path: "millrace.sqlite: INSERT OR REPLACE",
    by: "main",
  },
  "log: identity": { op: "write", path: "/stream.json.new$", by: "main", first: true },
  "log: identity in place": { op: "rename", path: "/stream.json$", by: "main", first: true },
  "log: new segment": { op: "create", path: "/stream/.*[.]segment$", by: "main", first: true },
  "log: records": {
    op: "write",
    path: "/stream/(orders|visits|ticks)/.*[.]segment$",
    by: "main",
  },
  "log: dead letters": { op: "write", path: "/stream/dead_letters/.*[.]segment$", by: "main" },
  "source: checkpoint": { op: "sql", path: "sources.sqlite: insert or replace", by: "main" },
  "delivery: cut planned": {
    op: "sql",
    path: "delivery.sqlite: insert or replace into cuts",
    by: "main",
  },
  "delivery: object's folder": { op: "folder", path: "/lake/.tmp$", by: "main" },
  "delivery: object's bytes": { op: "write", path: "/lake/.tmp/", by: "main" },
  "delivery: object on disk": { op: "sync", path: "/lake/.tmp/", by: "main" },
  "delivery: object named": { op: "link", path: OBJECT, by: "main" },
  "delivery: failed records named": { op: "link", path: "/lake/errors/", by: "main" },
  "delivery: manifest named": {
    op: "link",
    path: "/lake/_manifests/[^/]+/[0-9]+[.]json$",
    by: "main",
  },
  "delivery: half-made object removed": { op: "remove", path: "/lake/.tmp/", by: "main" },
  "delivery: mark begun": { op: "sql", path: "delivery.sqlite: begin immediate", by: "main" },
  "delivery: cut marked": { op: "sql", path: "delivery.sqlite: update cuts", by: "main" },
  "delivery: cut counted": { op: "sql", path: "delivery.sqlite: insert into totals", by: "main" },
  "delivery: old cuts forgotten": {
    op: "sql",
    path: "delivery.sqlite: delete from cuts",
    by: "main",
  },
  "delivery: mark ended": { op: "sql", path: "delivery.sqlite: commit", by: "main" },
  "loader: begun": { op: "sql", path: "^warehouse: BEGIN$", by: "warehouse" },
  "loader: rows": { op: "sql", path: '^warehouse: INSERT INTO "orders"', by: "warehouse" },
  "loader: dead letters": {
    op: "sql",
    path: '^warehouse: INSERT INTO "dead_letters"',
    by: "warehouse",
  },
  "loader or model: ended": { op: "sql", path: "^warehouse: COMMIT$", by: "warehouse" },
  "model: rows changed": {
    op: "sql",
    path: '^warehouse: (UPDATE|INSERT INTO) "order_lines"',
    by: "warehouse",
  },
  "compaction: pack named": { op: "link", path: "/lake/compacted/", by: "warehouse" },
  "compaction: index named": { op: "link", path: "/lake/_packs/", by: "warehouse" },
  "compaction: object removed": { op: "remove", path: OBJECT, by: "warehouse" },
  "compaction: mark named": { op: "link", path: "/lake/_packed/", by: "warehouse" },
  "compaction: old mark removed": { op: "remove", path: "/lake/_packed/", by: "warehouse" },
  "folding: fold named": { op: "link", path: "/lake/_manifests/.*/folded/", by: "warehouse" },
  "folding: manifest removed": { op: "remove", path: "/lake/_manifests/", by: "warehouse" },
} as const satisfies Readonly<Record<string, Point>>;

/** Come by once records are old enough to be forgotten. */
export const RETENTION_POINTS = {
  "retention: segment kept for use": {
    op: "rename",
    path: "[.]segment -> .*[.]spare$",
    by: "main",
  },
  "retention: segment removed": {
    op: "remove",
    path: "/stream/[^/]+/[0-9]+[.]segment$",
    by: "main",
  },
} as const satisfies Readonly<Record<string, Point>>;

/** Writes of bytes may stop half-way; all else happens or does not. */
export function momentsOf({ op }: Point): readonly Order["when"][] {
  return op === "write" ? ["before", "torn", "after"] : ["before", "after"];
}

/** Where what people and SDKs make is kept: written when they ask for it. */
export const CATALOGUE_POINTS = {
  "keys: written": { op: "sync", path: "/keys.json.new$", by: "main" },
  "keys: in place": { op: "rename", path: "/keys.json$", by: "main" },
  "kinesis: catalogue": {
    op: "sql",
    path: "kinesis.sqlite: INSERT OR REPLACE INTO streams",
    by: "main",
  },
  "delivery streams: registry": {
    op: "sql",
    path: "streams.sqlite: insert or replace into streams",
    by: "main",
  },
} as const satisfies Readonly<Record<string, Point>>;
