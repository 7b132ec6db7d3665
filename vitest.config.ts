/**
 * Projects: unit (fast; files share processes, not threads: a native engine in two threads of one once ended both),
 * whole (opens ports, kills processes), long (as whole, minutes each), peers (software nobody here wrote).
 */

import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Of tests that start processes: what one has compiled the next one finds, as the launcher has it. */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/compiled") };

const unit = ["src/**/*.test.ts", "examples/**/*.test.ts", "test/tidy/**/*.test.ts"];
const peers = ["test/peers/**/*.test.ts"];
const long = ["test/crash/kills.test.ts", "test/simulate/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: unit,
          pool: "forks",
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "whole",
          env,
          include: ["test/**/*.test.ts"],
          exclude: [...unit, ...peers, ...long],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "long",
          env,
          include: long,
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "peers",
          env,
          include: peers,
          pool: "forks",
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
