/** What knip takes as used: everything a user, a browser, a thread or a process starts by itself. */

import type { KnipConfig } from "knip";

const config: KnipConfig = {
  entry: [
    "src/cli/main.ts",
    "src/deploy/aws/handlers/entry.ts",
    "src/dashboard/web/{app.tsx,theme.ts}",
    "src/runtime/bench/load-thread.ts",
    "src/runtime/delivery/worker.ts",
    "src/runtime/firehose/worker.ts",
    "src/runtime/warehouse/process.ts",
    "src/stages/delivery/lambda/handler-thread.ts",
    "src/stages/delivery/firehose/partition/jq-thread.ts",
    "src/simulate/worker.ts",
    "src/testing/**/*.ts",
    "examples/*/{pipeline,generate}.ts",
    "templates/*/{pipeline,pipeline.test}.ts",
    "bench/**/*.ts",
    "test/**/*.ts",
    "scripts/*.ts",
  ],
  project: [
    "src/**/*.{ts,tsx}",
    "examples/**/*.ts",
    "templates/**/*.ts",
    "bench/**/*.ts",
    "test/**/*.ts",
    "scripts/*.ts",
  ],
  // Fonts are taken by path into the page; axe is read as text into a tested page.
  ignoreDependencies: ["@fontsource-variable/*", "axe-core", "newman"],
  // Peers of the tests run on it; the machine brings it.
  ignoreBinaries: ["java", "openssl", "unshare"],
  // A type that stands in an exported signature is used, whether or not somebody names it.
  exclude: ["types"],
  ignoreExportsUsedInFile: true,
};

export default config;
