/** A Postman collection (v2.1) of a pipeline: good, bad, batch, oversized and unauthorised requests, each with its tests. Pure. */

import { LIMITS } from "../../base/limits.ts";
import { isEngineStream } from "../../base/record.ts";
import { sampleEvent } from "../../base/sample-event.ts";
import type { EndpointPlan, Plan, StreamPlan } from "../../plan/plan.ts";

type Json = Readonly<Record<string, unknown>>;

export interface CollectionFacts {
  readonly plan: Plan;
  /** Where the pipeline answers; a variable of the collection. */
  readonly url: string;
  /** Keys are needed: requests carry `{{key}}`, and one of each stream does not. */
  readonly keys: boolean;
}

/** The folder of keys makes one and ends it again. */
const KEYS_SAID = " Set the variable key to a key with the scope admin.";
const SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

export function postmanCollection({ plan, url, keys }: CollectionFacts): Json {
  const streams = plan.streams.filter(({ name }) => !isEngineStream(name));
  const [first] = streams;
  return {
    info: {
      name: plan.name,
      schema: SCHEMA,
      description: `Requests of the pipeline ${plan.name} and what they must answer.${keys ? KEYS_SAID : ""}`,
    },
    variable: [
      { key: "url", value: url },
      { key: "key", value: "" },
    ],
    ...(keys ? { auth: bearer("key") } : {}),
    item: [
      ...streams.map((stream) => ({
        name: `Stream ${stream.name}`,
        item: streamItems(stream, keys),
      })),
      ...(plan.endpoints.length === 0
        ? []
        : [{ name: "Read APIs", item: plan.endpoints.flatMap(endpointItems) }]),
      ...(keys && first !== undefined ? [{ name: "Keys", item: keyItems(first) }] : []),
      {
        name: "Pipeline",
        item: [item("Status", { method: "GET", path: "v1/status" }, [statusIs(200)])],
      },
    ],
  };
}

interface Wanted {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly type?: string;
  /** Sent with the key of this variable instead of the usual one; `none`, without any. */
  readonly key?: string;
  /** Run before the request. */
  readonly before?: readonly string[];
}

function item(
  name: string,
  { method, path, query = {}, body, type = "application/json", key, before = [] }: Wanted,
  tests: readonly string[],
): Json {
  const asked = Object.entries(query).map((one) => ({ key: one[0], value: one[1] }));
  const search =
    asked.length === 0
      ? ""
      : `?${asked.map((one) => `${one.key}=${encodeURIComponent(one.value)}`).join("&")}`;
  return {
    name,
    event: [...(before.length === 0 ? [] : [script("prerequest", before)]), script("test", tests)],
    request: {
      method,
      ...(key === undefined ? {} : { auth: key === "none" ? { type: "noauth" } : bearer(key) }),
      header: body === undefined ? [] : [{ key: "Content-Type", value: type }],
      url: {
        raw: `{{url}}/${path}${search}`,
        host: ["{{url}}"],
        path: path.split("/"),
        query: asked,
      },
      ...(body === undefined ? {} : { body: { mode: "raw", raw: body } }),
    },
  };
}

function bearer(variable: string): Json {
  const token = { key: "token", value: `{{${variable}}}`, type: "string" };
  return { type: "bearer", bearer: [token] };
}

function script(listen: string, exec: readonly string[]): Json {
  return { listen, script: { type: "text/javascript", exec } };
}

function text(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

function statusIs(...codes: readonly number[]): string {
  return `pm.test("status ${codes.join(" or ")}", () => pm.expect(pm.response.code).to.be.oneOf(${JSON.stringify(codes)}));`;
}

function holds(name: string, expression: string): string {
  return `pm.test(${JSON.stringify(name)}, () => pm.expect(${expression}).to.be.ok);`;
}

function streamItems(stream: StreamPlan, keys: boolean): readonly Json[] {
  const path = `v1/streams/${stream.name}/events`;
  const good = sampleEvent(stream.schema);
  const post = { method: "POST", path } as const;
  const bad = spoilt(stream, good);
  const refused = [
    statusIs(422),
    holds(
      "every reason is plain",
      "pm.response.json().error.reasons.every((one) => one.code && one.message)",
    ),
  ];
  return [
    item("A good event", { ...post, body: text(good) }, [
      statusIs(200, 202),
      holds("it has an id", "pm.response.json().id"),
    ]),
    ...bad.map(({ name, event }) => item(name, { ...post, body: text(event) }, refused)),
    item("Not JSON", { ...post, body: '{"broken' }, refused),
    item("A batch, one of it bad", { ...post, body: text([good, bad[0]?.event ?? 1]) }, [
      statusIs(207),
      holds("the good one is accepted", "pm.response.json().accepted === 1"),
      holds("the bad one has its reasons", "pm.response.json().records[1].reasons.length > 0"),
    ]),
    item(
      "NDJSON",
      {
        ...post,
        body: `${JSON.stringify(good)}\n${JSON.stringify(good)}\n`,
        type: "application/x-ndjson",
      },
      [statusIs(202), holds("both are accepted", "pm.response.json().accepted === 2")],
    ),
    item("An empty body", { ...post, body: " " }, [statusIs(400)]),
    item("A type nobody reads", { ...post, body: "x", type: "image/png" }, [statusIs(415)]),
    item(
      "Too large a body",
      {
        ...post,
        body: "{{large}}",
        before: [`pm.variables.set("large", "x".repeat(${LIMITS.bodyBytesMax + 1}));`],
      },
      [statusIs(413)],
    ),
    ...(keys
      ? [item("Without a key", { ...post, body: text(good), key: "none" }, [statusIs(401)])]
      : []),
  ];
}

function refusal(code: string): string {
  return holds("it says why", `pm.response.json().error.code === ${JSON.stringify(code)}`);
}

/** A key that may only read is made, is refused where events are sent, and is refused everywhere once it has ended. */
function keyItems(stream: StreamPlan): readonly Json[] {
  const events = `v1/streams/${stream.name}/events`;
  const good = text(sampleEvent(stream.schema));
  return [
    item(
      "A key that may only read",
      {
        method: "POST",
        path: "v1/keys",
        body: text({ name: "postman", scopes: ["read"], expires: "1h" }),
      },
      [
        statusIs(201),
        'pm.collectionVariables.set("read_key", pm.response.json().secret);',
        'pm.collectionVariables.set("read_key_id", pm.response.json().key.id);',
      ],
    ),
    item("It reads", { method: "GET", path: "v1/status", key: "read_key" }, [statusIs(200)]),
    item(
      "An event with a key of the wrong scope",
      { method: "POST", path: events, body: good, key: "read_key" },
      [statusIs(403), refusal("SCOPE_MISSING")],
    ),
    item(
      "Keys with a key of the wrong scope",
      { method: "GET", path: "v1/keys", key: "read_key" },
      [statusIs(403), refusal("SCOPE_MISSING")],
    ),
    item("Its end", { method: "POST", path: "v1/keys/{{read_key_id}}/revoke", body: "{}" }, [
      statusIs(200),
    ]),
    item("A key that has ended", { method: "GET", path: "v1/status", key: "read_key" }, [
      statusIs(401),
      refusal("KEY_REVOKED"),
    ]),
    item("Status without a key", { method: "GET", path: "v1/status", key: "none" }, [
      statusIs(401),
      refusal("KEY_MISSING"),
    ]),
  ];
}

interface Spoilt {
  readonly name: string;
  readonly event: Json;
}

/** Events that cannot fit the schema: each first required field missing, null, of another type. */
function spoilt({ schema }: StreamPlan, good: Json): readonly Spoilt[] {
  const required = Array.isArray(schema["required"]) ? (schema["required"] as string[]) : [];
  const [first] = required;
  if (first === undefined) {
    return [{ name: "No object", event: 1 as unknown as Json }];
  }
  const rest = Object.fromEntries(Object.entries(good).filter(([name]) => name !== first));
  return [
    { name: `${first} is missing`, event: rest },
    { name: `${first} is null`, event: { ...good, [first]: null } },
    { name: `${first} is blank`, event: { ...good, [first]: "" } },
    { name: `${first} is a list`, event: { ...good, [first]: [[]] } },
  ];
}

function endpointItems(endpoint: EndpointPlan): readonly Json[] {
  const path = endpoint.path.slice(1);
  const page = [statusIs(200), holds("it is a page", "Array.isArray(pm.response.json().data)")];
  const required = endpoint.parameters.filter((one) => one.required);
  return [
    ...(required.length === 0
      ? [item(`${endpoint.name}: a page`, { method: "GET", path, query: { limit: "2" } }, page)]
      : []),
    item(`${endpoint.name}: a wrong parameter`, { method: "GET", path, query: { no_such: "1" } }, [
      statusIs(400),
      holds("it is named", "pm.response.json().error.parameter"),
    ]),
  ];
}
