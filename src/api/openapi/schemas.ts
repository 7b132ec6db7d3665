/** Shapes of answers in the OpenAPI document. */

import { FAULTS } from "../../base/faults.ts";

const TEXT = { type: "string" } as const;
const REASONS = {
  type: "array",
  items: {
    type: "object",
    properties: { code: TEXT, path: TEXT, message: TEXT },
    required: ["code", "path", "message"],
  },
} as const;

export const AnswerSchemas = {
  Error: {
    type: "object",
    properties: {
      error: {
        type: "object",
        properties: {
          code: { enum: Object.keys(FAULTS) },
          message: TEXT,
          remedy: TEXT,
          retry: { type: "boolean" },
          reasons: REASONS,
        },
        required: ["code", "message", "remedy", "retry"],
      },
    },
    required: ["error"],
  },
  Receipt: {
    type: "object",
    properties: { id: TEXT, stream: TEXT, status: TEXT, accepted_at: TEXT },
    required: ["id", "stream", "status"],
  },
  BatchAnswer: {
    type: "object",
    properties: {
      stream: TEXT,
      count: { type: "integer" },
      accepted: { type: "integer" },
      rejected: { type: "integer" },
      records: { type: "array", items: { type: "object" } },
    },
    required: ["stream", "count", "accepted", "rejected", "records"],
  },
  Page: {
    type: "object",
    properties: {
      data: { type: "array", items: { type: "object" } },
      next_cursor: { type: ["string", "null"] },
      total: { type: "integer" },
    },
    required: ["data", "next_cursor"],
  },
} as const;
