/** Every minimum, maximum, pattern, enumeration and required member of AWS's model is enforced, in AWS's words. */

import { expect, test } from "vitest";
import { BEYOND_NAMES, MODEL } from "../../../src/stages/stream/kinesis/model/model.ts";
import { OPERATIONS } from "../../../src/stages/stream/kinesis/operations.ts";
import type { Shape, StructureShape } from "../../../src/wire/shapes/shape.ts";
import { serveTests } from "./serve-tests.ts";

const served = serveTests({ anonymous: true });

type Body = Readonly<Record<string, unknown>>;

/** A value that breaks nothing, as JSON has it. */
function good(shape: Shape): unknown {
  switch (shape.kind) {
    case "structure":
      return Object.fromEntries(
        shape.members.filter(({ required }) => required).map((m) => [m.name, good(m.shape)]),
      );
    case "list":
      return Array.from({ length: Math.max(1, shape.min ?? 1) }, () => good(shape.member));
    case "map":
      return { k: "v" };
    case "string":
      return goodText(shape.pattern?.text ?? "", shape.values, shape.min);
    case "blob":
      return "eA==";
    case "boolean":
      return true;
    case "timestamp":
      return 1_700_000_000;
    default:
      return Math.max(1, shape.min ?? 1);
  }
}

const ARN = "arn:aws:kinesis:us-east-1:000000000000:";
const TEXTS: readonly (readonly [string, string])[] = [
  ["consumer", `${ARN}stream/x/consumer/c:1`],
  ["(stream|channel|queue)", `${ARN}stream/x`],
  [":stream/", `${ARN}stream/x`],
  [":channel/", `${ARN}channel/x`],
  [":queue/", `${ARN}queue/x`],
  [":s3:::", "arn:aws:s3:::bucket"],
  [":iam::", "arn:aws:iam::000000000000:role/r"],
  [":glue:", "arn:aws:glue:us-east-1:000000000000:schema/a/b"],
  [":s3tables:", "arn:aws:s3tables:us-east-1:000000000000:bucket/abc"],
  ["^(0|", "0"],
  ["\\d{12}", "000000000000"],
  ["[a-z0-9]{20}", "abcdefghijklmnopqrst-abc"],
];

function goodText(pattern: string, values: readonly string[] | undefined, min = 1): string {
  return (
    values?.[0] ??
    TEXTS.find(([part]) => pattern.includes(part))?.[1] ??
    "x".repeat(Math.max(1, min))
  );
}

interface Break {
  readonly value: unknown;
  readonly says: string;
}

/** Every way in which a value can break its shape's bounds. */
function breaks(shape: Shape): Break[] {
  const found: Break[] = [];
  const add = (value: unknown, says: string): void => void found.push({ value, says });
  if (shape.kind === "string") {
    const { min = 0, max = Infinity, pattern, values } = shape;
    if (min >= 1) {
      add("a".repeat(min - 1), `Member must have length greater than or equal to ${min}`);
    }
    if (max < 5000) {
      add("a".repeat(max + 1), `Member must have length less than or equal to ${max}`);
    }
    if (values !== undefined) {
      add("NOPE_X", `Member must satisfy enum value set: [${values.join(", ")}]`);
    } else if (pattern !== undefined) {
      add("!! bad: é*", `Member must satisfy regular expression pattern: ${pattern.text}`);
    }
  }
  if (shape.kind === "integer" || shape.kind === "long") {
    if (shape.min !== undefined) {
      add(shape.min - 1, `Member must have value greater than or equal to ${shape.min}`);
    }
    if (shape.max !== undefined) {
      add(shape.max + 1, `Member must have value less than or equal to ${shape.max}`);
    }
  }
  if (shape.kind === "list" && (shape.min ?? 0) >= 1) {
    add([], `Member must have length greater than or equal to ${shape.min}`);
  }
  if (shape.kind === "list" && (shape.max ?? Infinity) <= 500) {
    const many = Array.from({ length: (shape.max ?? 0) + 1 }, () => good(shape.member));
    add(many, `Member must have length less than or equal to ${shape.max}`);
  }
  if (shape.kind === "map" && shape.max !== undefined) {
    const many = Object.fromEntries(
      Array.from({ length: shape.max + 1 }, (_, i) => [`k${i}`, "v"]),
    );
    add(many, `Member must have length less than or equal to ${shape.max}`);
    add(
      { ["k".repeat(129)]: "v" },
      "Map keys must satisfy constraint: [Member must have length less than or equal to 128",
    );
    add(
      { k: "v".repeat(257) },
      "Map value must satisfy constraint: [Member must have length less than or equal to 256",
    );
  }
  return found;
}

/** The breaks of a structure's members, and of what is inside lists and structures of it. */
function cases(shape: StructureShape): { body: Body; says: string; path: string }[] {
  const base = good(shape) as Body;
  return shape.members.flatMap((member) => {
    const inside = member.shape.kind === "list" ? member.shape.member : member.shape;
    const wrap = (value: unknown): unknown => (member.shape.kind === "list" ? [value] : value);
    const inner = inside.kind === "structure" ? cases(inside) : [];
    const { [member.name]: _left, ...without } = base;
    return [
      ...(member.required
        ? [{ body: without, says: "Member must not be null", path: member.path }]
        : []),
      ...breaks(member.shape).map(({ value, says }) => ({
        body: { ...base, [member.name]: value },
        says,
        path: member.path,
      })),
      ...inner.map(({ body, says, path }) => ({
        body: { ...base, [member.name]: wrap(body) },
        says,
        path: `${member.path}${member.shape.kind === "list" ? ".1.member" : ""}.${path}`,
      })),
    ];
  });
}

const names = [...OPERATIONS.map(({ name }) => name), ...BEYOND_NAMES];

test("the model has the cases it should", () => {
  const count = names.reduce((sum, name) => sum + cases(MODEL.structure(`${name}Input`)).length, 0);
  expect(names).toHaveLength(57);
  expect(count).toBeGreaterThan(500);
});

test.each(names)("%s", async (name) => {
  for (const { body, says, path } of cases(MODEL.structure(`${name}Input`))) {
    const answer = await fetch(served.url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `Kinesis_20131202.${name}`,
      },
      body: JSON.stringify(body),
    });
    const { __type: type, message } = (await answer.json()) as Record<string, string>;
    expect({ status: answer.status, type, path }).toEqual({
      status: 400,
      type: "ValidationException",
      path,
    });
    expect(message).toContain(` at '${path}' failed to satisfy constraint: ${says}`);
  }
});
