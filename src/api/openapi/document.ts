/** The OpenAPI 3.1 document of a pipeline: engine's routes, streams with their schemas, read APIs, one shape of error. Pure. */

import { isEngineStream } from "../../base/record.ts";
import { sampleEvent } from "../../base/sample-event.ts";
import type { EndpointPlan, ParameterPlan, Plan, StreamPlan } from "../../plan/plan.ts";
import { FIXED_ROUTES, type FixedRoute } from "./fixed-routes.ts";
import { AnswerSchemas } from "./schemas.ts";

type Json = Readonly<Record<string, unknown>>;

export interface DocumentFacts {
  readonly plan: Plan;
  readonly version: string;
  /** Whether a route, `GET /v1/status`, answers without a key. */
  readonly open: (route: string) => boolean;
}

const ERROR = { $ref: "#/components/schemas/Error" } as const;
const WORDS: Readonly<Record<number, string>> = {
  400: "The request cannot be read; the message says what to mend.",
  401: "A key is needed.",
  403: "The key does not allow it.",
  404: "There is no such thing.",
  406: "No answer of the types accepted.",
  408: "The request came too slowly.",
  409: "It is not as it was when it was asked.",
  413: "The body is too large.",
  415: "Bodies of this type are not taken.",
  422: "No record was accepted; each has its reasons.",
  429: "Too much at once; Retry-After says when to ask again.",
  431: "The headers are too large.",
  500: "It failed; the error says why.",
  503: "It is starting, stopping, or waits for a part that starts again.",
  504: "Not done in the time given.",
};
/** What any route may answer before its own code is reached. */
const EVERYWHERE = [400, 401, 403, 429, 500, 503];
/** What any route that takes a body may answer besides. */
const BODY_FAULTS = [408, 413, 422];
const TAGS = new Set(["Events", "Read", ...Object.values(FIXED_ROUTES).map(({ tag }) => tag)]);
const JSON_TYPE = "application/json";

export function openApiDocument(facts: DocumentFacts): Json {
  const { plan, version } = facts;
  const paths: Record<string, Record<string, unknown>> = {};
  const add = (route: string, operation: Json): void => {
    const [method = "", path = ""] = route.split(" ");
    const secured = facts.open(toPattern(route)) ? { security: [] } : {};
    paths[path] = { ...paths[path], [method.toLowerCase()]: { ...operation, ...secured } };
  };
  // What is the pipeline's own comes first: it is what most people look for.
  const streams = plan.streams.filter(({ name }) => !isEngineStream(name));
  for (const stream of streams) {
    add(`POST /v1/streams/${stream.name}/events`, eventsOperation(stream));
  }
  for (const endpoint of plan.endpoints) {
    add(`GET ${endpoint.path}`, endpointOperation(endpoint));
  }
  add("GET /v1/data/{table}", tableOperation());
  for (const [route, fixed] of Object.entries(FIXED_ROUTES)) {
    add(route, fixedOperation(route, fixed));
  }
  return {
    openapi: "3.1.0",
    info: {
      title: plan.name,
      version,
      description: "A Millrace pipeline. Every error has one shape; branch on its code.",
    },
    tags: [...TAGS].map((name) => ({ name })),
    paths,
    components: {
      schemas: {
        ...AnswerSchemas,
        ...Object.fromEntries(streams.map((one) => [schemaName(one.name), one.schema])),
      },
      securitySchemes: {
        key: {
          type: "http",
          scheme: "bearer",
          description: "A key made with `millrace keys create`.",
        },
      },
    },
    security: [{ key: [] }],
  };
}

/** `GET /v1/data/{table}` as the server writes it: `GET /v1/data/:table`. */
function toPattern(route: string): string {
  return route
    .replaceAll(/\{(\w+)\}/g, ":$1")
    .replace(/\/v1\/streams\/[^/:]+\/events$/, "/v1/streams/:stream/events");
}

function schemaName(stream: string): string {
  return `Event_${stream}`;
}

function fixedOperation(route: string, fixed: FixedRoute): Json {
  const { summary, tag, type = JSON_TYPE, status = 200, body, faults = [], alike = [] } = fixed;
  const { query = {}, headers = {}, sends = JSON_TYPE, bodyOptional = false } = fixed;
  const parts = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1 },
  }));
  const asked = Object.entries(query).map(([name, schema]) => ({ name, in: "query", schema }));
  const told = Object.entries(headers).map(([name, schema]) => ({
    name,
    in: "header",
    required: true,
    schema,
  }));
  const schema = type.includes("json") ? {} : { type: "string" };
  const done = { description: "Done.", content: { [type]: { schema } } };
  const wrong = failures([...faults, ...(body === undefined ? [] : BODY_FAULTS)], fixed.faultType);
  return {
    summary,
    tags: [tag],
    operationId: operationId(route),
    parameters: [...parts, ...asked, ...told],
    ...(body === undefined
      ? {}
      : { requestBody: { required: !bodyOptional, content: { [sends]: { schema: body } } } }),
    responses: {
      [status]: done,
      ...wrong,
      ...Object.fromEntries(alike.map((one) => [one, { ...done, description: WORDS[one] }])),
    },
  };
}

function operationId(route: string): string {
  return route.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/_$/, "");
}

function failures(more: readonly number[], type = JSON_TYPE): Json {
  const codes = [...new Set([...EVERYWHERE, ...more])].toSorted((a, b) => a - b);
  // The gateway itself answers in its own words, whatever a service's are.
  const content = { [JSON_TYPE]: { schema: ERROR }, ...(type === JSON_TYPE ? {} : { [type]: {} }) };
  return Object.fromEntries(
    codes.map((code) => [code, { description: WORDS[code] ?? "Refused.", content }]),
  );
}

function eventsOperation(stream: StreamPlan): Json {
  const event = { $ref: `#/components/schemas/${schemaName(stream.name)}` };
  const example = sampleEvent(stream.schema);
  const lines = { schema: { type: "string" } };
  const receipt = {
    oneOf: [{ $ref: "#/components/schemas/Receipt" }, { $ref: "#/components/schemas/BatchAnswer" }],
  };
  const json = { "application/json": { schema: receipt } };
  return {
    summary: `Sends events to ${stream.name}.`,
    description:
      "One object, an array, NDJSON or CSV, plain or gzip. 202 means on disk. A record that does not fit is set aside and never fails its neighbours.",
    tags: ["Events"],
    operationId: `send_${stream.name.replaceAll(/\W/g, "_")}`,
    parameters: [
      { name: "Idempotency-Key", in: "header", schema: { type: "string", maxLength: 256 } },
      {
        name: "Prefer",
        in: "header",
        schema: { type: "string" },
        description: "return=minimal lists only what was set aside.",
      },
    ],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: { oneOf: [event, { type: "array", items: event }] },
          example,
        },
        "application/x-ndjson": { ...lines, example: `${JSON.stringify(example)}\n` },
        "text/csv": lines,
      },
    },
    responses: {
      200: { description: "It was accepted before; the first receipt.", content: json },
      202: { description: "All are accepted and on disk.", content: json },
      207: { description: "Some are accepted, the others set aside.", content: json },
      ...failures([404, 408, 413, 415, 431]),
      422: {
        description: WORDS[422],
        content: {
          "application/json": {
            schema: { oneOf: [ERROR, { $ref: "#/components/schemas/BatchAnswer" }] },
          },
        },
      },
    },
  };
}

function tableOperation(): Json {
  return {
    summary: "Rows of a table.",
    description:
      "Each plain column is a parameter of its own: `?country=Kenya` gives the rows that have this value.",
    tags: ["Read"],
    operationId: "read_table",
    parameters: [
      { name: "table", in: "path", required: true, schema: { type: "string" } },
      ...pageParameters(1000),
    ],
    responses: rowsAnswers(404),
  };
}

function endpointOperation({
  name,
  doc,
  parameters,
  pageRowsMax,
  whenNothing,
  from,
}: EndpointPlan): Json {
  return {
    summary: doc,
    ...(from.kind === "lake" ? { description: OBJECTS } : {}),
    tags: ["Read"],
    operationId: `read_${name.replaceAll(/\W/g, "_")}`,
    parameters: [...parameters.map(parameterOf), ...pageParameters(pageRowsMax)],
    responses: rowsAnswers(...(whenNothing === "404" ? [404] : [])),
  };
}

const OBJECTS =
  "Rows of the delivered objects themselves, in the order of delivery. A page may end before its limit, even without a row: next_cursor goes on.";

const TYPES = {
  text: "string",
  integer: "integer",
  number: "number",
  boolean: "boolean",
  date: "string",
  timestamp: "string",
} as const;
const FORMATS: Readonly<Record<string, string>> = { date: "date", timestamp: "date-time" };

function parameterOf(parameter: ParameterPlan): Json {
  const { name, type, match, doc, required, many, values, min, max } = parameter;
  const one: Json = {
    type: TYPES[type],
    ...(FORMATS[type] === undefined ? {} : { format: FORMATS[type] }),
    ...(Array.isArray(values) && match !== "loose" ? { enum: values } : {}),
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
  };
  const fits = match === "loose" ? " Fits whatever the case and the spaces." : "";
  const of = values === "data" ? " One of the values the data has." : "";
  const schema = many ? { type: "array", items: one, maxItems: 100 } : one;
  return { name, in: "query", required, description: `${doc}${fits}${of}`.trim(), schema };
}

function pageParameters(max: number): readonly Json[] {
  return [
    { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: max } },
    {
      name: "cursor",
      in: "query",
      schema: { type: "string" },
      description: "next_cursor of the page before.",
    },
    {
      name: "total",
      in: "query",
      schema: { type: "boolean" },
      description: "Whether to count all that fits.",
    },
    {
      name: "columns",
      in: "query",
      schema: { type: "string" },
      description: "Columns wanted, between commas.",
    },
    { name: "If-None-Match", in: "header", schema: { type: "string" } },
  ];
}

function rowsAnswers(...more: readonly number[]): Json {
  return {
    200: {
      description: "A page; as CSV or NDJSON and without limit or cursor, the whole answer.",
      headers: { ETag: { schema: { type: "string" } }, Link: { schema: { type: "string" } } },
      content: {
        "application/json": { schema: { $ref: "#/components/schemas/Page" } },
        "application/x-ndjson": { schema: { type: "string" } },
        "text/csv": { schema: { type: "string" } },
      },
    },
    304: { description: "The client has this answer already." },
    ...failures([406, 413, ...more]),
  };
}
