/** What a user may say about the Snowflake side of the managed form. */

import type { Fields } from "./fields.ts";

export const snowflakeFields = {
  database: {
    kind: "text",
    default: "",
    charsMax: 128,
    doc: "Database of everything; left out, the pipeline's name in capitals.",
  },
  size: {
    kind: "choice",
    default: "XSMALL",
    of: ["XSMALL", "SMALL", "MEDIUM", "LARGE", "XLARGE"],
    doc: "Size of the warehouse that runs the models; it sleeps after a minute.",
  },
  models: {
    kind: "choice",
    default: "tasks",
    of: ["tasks", "dynamic"],
    doc: "How models are kept: by a task that merges what is new and logs its row counts, or as dynamic tables.",
  },
  lag: {
    kind: "duration",
    default: 60_000,
    min: 60_000,
    max: 86_400_000,
    doc: "How late a dynamic table may be; how often a task looks at the most.",
  },
  onError: {
    kind: "choice",
    default: "CONTINUE",
    of: ["CONTINUE", "SKIP_FILE"],
    doc: "What a pipe does with a file that has a bad row; what it left out is in `load_errors`.",
  },
} as const satisfies Fields;
