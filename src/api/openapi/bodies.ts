/** What the engine's own routes take as their body, in the OpenAPI document. */

type Schema = Readonly<Record<string, unknown>>;

const TEXT = { type: "string" } as const;
const DURATION = {
  type: "string",
  pattern: "^[1-9][0-9]{0,2}(ms|s|m|h|d)$",
  description: "A duration such as 90d.",
} as const;
const SCOPE = {
  type: "string",
  pattern: "^(admin|(ingest|read)(:[a-zA-Z0-9_.-]{1,128})?)$",
} as const;
const LETTERS_MAX = 5000;

/** A member that is not named is refused. */
function closed(properties: Schema, ...required: readonly string[]): Schema {
  return { type: "object", properties, required, additionalProperties: false };
}

const FILTER = {
  stream: TEXT,
  cause: TEXT,
  ids: { type: "array", items: TEXT, minItems: 1, maxItems: LETTERS_MAX },
  after: { type: "string", description: "next of the page before." },
  limit: { type: "integer", minimum: 1, maximum: LETTERS_MAX },
} as const;
const CONFIRM = { type: "boolean", description: "Left out, it is only said what would be done." };
const FIXED = closed(
  {
    letter: TEXT,
    stage: TEXT,
    received_at: TEXT,
    member: { type: "integer" },
    record: { type: "object" },
  },
  "letter",
  "stage",
  "received_at",
  "member",
  "record",
);

export const BODIES = {
  query: {
    type: "object",
    properties: { sql: TEXT, format: { enum: ["json", "csv", "ndjson"] } },
    required: ["sql"],
  },
  drain: {
    type: "object",
    properties: { timeout_ms: { type: "number", minimum: 0, maximum: 3_600_000 } },
  },
  verify: { type: "object", properties: { deep: { type: "boolean" } } },
  pick: closed(FILTER),
  redrive: closed({
    ...FILTER,
    fixed: { type: "array", items: FIXED, maxItems: LETTERS_MAX },
    confirm: CONFIRM,
  }),
  drop: closed(
    {
      ...FILTER,
      reason: { type: "string", minLength: 1, maxLength: 1000, pattern: "\\S" },
      confirm: CONFIRM,
    },
    "reason",
  ),
  key: closed(
    {
      name: { type: "string", pattern: "^[A-Za-z0-9 _.:@/-]{1,64}$" },
      kind: {
        type: "string",
        enum: ["bearer", "aws"],
        description: "`aws` makes an access key id and a secret, for AWS SDKs.",
      },
      scopes: { type: "array", items: SCOPE, minItems: 1, maxItems: 64 },
      expires: DURATION,
      limits: closed({
        rate: { type: "number", minimum: 0.001, maximum: 1e12 },
        burst: { type: "number", minimum: 1, maximum: 1e12, description: "Needs a rate." },
        daily: { type: "number", minimum: 1, maximum: 1e12 },
      }),
    },
    "name",
    "scopes",
  ),
  rotate: closed({ overlap: { ...DURATION, description: "How long the secret before holds." } }),
  nothing: closed({}),
  session: closed({ key: TEXT }, "key"),
  any: { type: "object" },
} as const satisfies Readonly<Record<string, Schema>>;
