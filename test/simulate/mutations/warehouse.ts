/** Bugs of loader, warehouse and models. */

import type { Mutation } from "./mutation.ts";

export const WAREHOUSE_MUTATIONS: readonly Mutation[] = [
  {
    name: "ledger outside the transaction",
    replace: {
      commit: async ([rows, letters, ledger], pause) => {
        rows?.();
        letters?.();
        await pause();
        ledger?.();
      },
    },
  },
  {
    name: "loader skips a cut after a failure",
    replace: { loadFailed: (_stream, skip) => skip() },
  },
  {
    name: "a model's mark outside its transaction",
    replace: {
      modelCommit: async ([rows, mark, counts], pause) => {
        mark?.();
        await pause();
        rows?.();
        counts?.();
      },
    },
  },
];
