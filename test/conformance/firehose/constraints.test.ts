/** Every bound of AWS's own model of Firehose, one broken at a time: refused with its error and its words. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import {
  DeliveryStreams,
  openFirehose,
  openRegistry,
} from "../../../src/stages/delivery/firehose/index.ts";
import { answerCall } from "../../../src/wire/answer-call.ts";
import { readAccessKeys } from "../../../src/wire/auth/access-keys.ts";
import { openAuthority } from "../../../src/wire/auth/authority.ts";

interface Case {
  readonly operation: string;
  readonly member: string;
  readonly kind: string;
  readonly body: unknown;
  readonly says: string;
}

/** Made from the service's published model: min, max, pattern, enum, required of each member. */
const CASES = JSON.parse(
  readFileSync(join(import.meta.dirname, "constraints.json"), "utf8"),
) as readonly Case[];

/** Long texts and lists are written down as one part and a count. */
function unpack(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(unpack);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const { repeat, each, times = 0 } = value as { repeat?: string; each?: unknown; times?: number };
  if (repeat !== undefined) {
    return repeat.repeat(times);
  }
  if (each !== undefined) {
    return Array.from({ length: times }, () => unpack(each));
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unpack(inner)]));
}

const unused = (): never => {
  throw new TypeError("a refused request reaches nothing");
};

const streams = new DeliveryStreams(
  {
    clock: systemClock,
    uuid: unused,
    account: "000000000000",
    region: "us-east-1",
    startedAt: 0,
    around: { functions: new Map(), tables: new Map() },
    own: new Map(),
    openLog: unused,
    removeLog: unused,
    newest: unused,
    serve: unused,
    log: unused,
  },
  openRegistry(":memory:"),
);
const services = [openFirehose({ streams })];
const keys = readAccessKeys(undefined);
const authority = openAuthority({ keys, anonymous: true, clock: systemClock });

it.each(CASES)("$operation $member $kind", async ({ operation, body, says }) => {
  const answer = await answerCall(
    {
      method: "POST",
      url: "/",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `Firehose_20150804.${operation}`,
      },
      body: Buffer.from(JSON.stringify(unpack(body))),
      caller: "test",
      signal: new AbortController().signal,
    },
    { services, authority },
  );
  const told = JSON.parse(String(answer.body)) as { __type: string; message: string };
  expect([answer.status, told.__type]).toEqual([400, "ValidationException"]);
  expect(told.message).toContain(says);
});

it("the table has every operation", () => {
  expect(CASES).toHaveLength(91);
  expect(new Set(CASES.map(({ operation }) => operation)).size).toBe(12);
});
