/** Two projects: unit (fast, one process) and whole (what crosses folders, opens ports and kills processes). */

import { defineConfig } from "vitest/config";

const unit = ["src/**/*.test.ts", "examples/**/*.test.ts", "test/tidy/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: unit,
          pool: "threads",
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          exclude: unit,
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
