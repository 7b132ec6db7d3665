/** Who may import whom, as a table. */

/** Folder of src → folders of src it may import. A folder may always import itself. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  define: ["base"],
  seams: ["base"],
  plan: ["base", "define"],
  scan: ["base", "plan"],
  // What files are and where their records end: the command line sends them, sources read them.
  files: ["base"],
  wire: ["base"],
  "stages/check": ["base", "define", "seams", "plan", "scan"],
  "stages/delivery": ["base", "define", "seams", "plan", "scan", "wire"],
  "stages/gateway": ["base", "define", "seams", "plan", "wire"],
  "stages/sources": ["base", "define", "seams", "plan", "files"],
  "stages/stream": ["base", "define", "seams", "plan", "wire"],
  "stages/*": ["base", "define", "seams", "plan"],
  api: ["base", "seams", "plan"],
  report: ["base", "define", "plan"],
  books: ["base", "seams", "plan"],
  testing: ["base", "define", "seams", "plan"],
  "dashboard/web": ["base", "seams"],
  dashboard: ["base", "define", "seams"],
  simulate: ["base", "define", "seams", "plan", "scan", "stages/*", "books", "testing", "runtime"],
  runtime: [
    "base",
    "define",
    "seams",
    "plan",
    "scan",
    "wire",
    "stages/*",
    "books",
    "api",
    "dashboard",
  ],
  cli: [
    "base",
    "define",
    "seams",
    "plan",
    "files",
    "runtime",
    "simulate",
    "api",
    "report",
    "dashboard",
    "deploy",
  ],
  client: ["base"],
  // Never runtime: a deploy loads no database. Of the stages it takes what is pure, by doors made for it.
  deploy: [
    "base",
    "define",
    "plan",
    "scan",
    "seams",
    "stages/check",
    "stages/delivery",
    "stages/gateway",
    "stages/models",
  ],
  index: ["define"],
};

/** Package → the one folder that may import it (tests, bench and scripts are free). */
export const VENDOR_HOMES: Readonly<Record<string, readonly string[]>> = {
  zod: ["plan", "define", "examples"],
  ajv: ["stages/check"],
  hono: ["runtime"],
  "@hono/node-server": ["runtime"],
  "@node-rs/crc32": ["stages/stream"],
  "@duckdb/node-api": ["stages/warehouse"],
  "snowflake-sdk": ["stages/warehouse"],
  "hyparquet-writer": ["stages/delivery"],
  hyparquet: ["stages/sources"],
  "@platformatic/kafka": ["stages/sources"],
  "jq-wasm": ["stages/delivery"],
  cborg: ["wire"],
  "@aws-sdk/client-s3": ["stages/lake", "stages/sources", "deploy"],
  "@aws-sdk/client-kinesis": ["stages/stream", "deploy"],
  "@smithy/node-http-handler": ["stages/stream"],
  "aws-cdk-lib": ["deploy"],
  constructs: ["deploy"],
  esbuild: ["deploy"],
  jose: ["stages/gateway"],
  commander: ["cli"],
  "@clack/prompts": ["cli"],
  preact: ["dashboard/web"],
  "@preact/signals": ["dashboard/web"],
  uplot: ["dashboard/web"],
  "lightweight-charts": ["dashboard/web"],
};

export const NAMES_BANNED = [
  "utils",
  "helpers",
  "common",
  "lib",
  "core",
  "misc",
  "shared",
  "manager",
];

export const FILES_PER_FOLDER_MAX = 12;

/** Folders of many files of one shape: one command, one screen, one seam each. */
export const CATALOGUES = [
  "src/cli/commands",
  "src/cli/show",
  "src/base",
  "src/seams",
  "src/stages/stream/kinesis/operations",
  "src/stages/delivery/firehose/operations",
];
