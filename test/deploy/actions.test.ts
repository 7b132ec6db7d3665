/** Every role may do what the table lists and nothing else, and each line of the table names the call that needs it. */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACTIONS, type Need } from "../../src/deploy/aws/actions.ts";
import { synthesiseShop } from "./shop.ts";

using made = await synthesiseShop();
/** The other way to run the read APIs; its roles are made from the same table. */
using other = await synthesiseShop((plan) => ({
  ...plan,
  deploy: { ...plan.deploy, aws: { ...plan.deploy.aws, reading: "app-runner" } },
}));
const resources = [made, other].flatMap(({ synthesised }) =>
  Object.entries(synthesised.template.Resources),
);

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[] | string;
  readonly Resource: unknown;
}

interface Policy {
  readonly PolicyName: keyof typeof ACTIONS;
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

const policies = resources
  .filter(([, { Type }]) => Type === "AWS::IAM::Role")
  .flatMap(([role, { Properties }]) =>
    ((Properties?.["Policies"] ?? []) as Policy[]).map((policy) => ({ role, policy })),
  );
const statements = policies.flatMap(({ role, policy }) =>
  policy.PolicyDocument.Statement.map((statement) => ({
    role,
    kind: policy.PolicyName,
    statement,
  })),
);

test("roles were found", () => {
  expect(policies.length).toBeGreaterThan(8);
});

test("a role may do what the table lists, and the table lists nothing that no role needs", () => {
  const used = new Map<string, Set<string>>();
  for (const { role, kind, statement } of statements) {
    for (const action of [statement.Action].flat()) {
      expect(Object.keys(ACTIONS[kind]).map((one) => `${role} ${one}`)).toContain(
        `${role} ${action}`,
      );
      used.set(kind, (used.get(kind) ?? new Set()).add(action));
    }
  }
  for (const [kind, actions] of Object.entries(ACTIONS)) {
    const taken = { kind, actions: [...(used.get(kind) ?? [])].toSorted() };
    expect(taken).toEqual({ kind, actions: Object.keys(actions).toSorted() });
  }
});

test("no action and no resource is everything, but for the one action that knows no resource", () => {
  for (const { role, statement } of statements) {
    for (const action of [statement.Action].flat()) {
      expect(`${role} ${action}`).not.toContain("*");
    }
    const everything = [statement.Resource].flat().includes("*");
    const says = `${role} ${statement.Sid}`;
    expect({ says, everything }).toEqual({ says, everything: statement.Sid === "SignIn" });
  }
});

test("each line of the table names a call that is there", () => {
  const idle = Object.entries(ACTIONS).flatMap(([kind, actions]) =>
    Object.entries(actions as Record<string, Need>)
      .filter(([, need]) => !isThere(need))
      .map(([action]) => `${kind} ${action}`),
  );
  expect(idle).toEqual([]);
});

function isThere(need: Need): boolean {
  return "file" in need ? textOf(need.file).includes(need.call) : need.does.length > 0;
}

/** The text of a file, or of all files below a folder. */
function textOf(path: string): string {
  const full = join(import.meta.dirname, "../..", path);
  if (!existsSync(full)) {
    return "";
  }
  if (!statSync(full).isDirectory()) {
    return readFileSync(full, "utf8");
  }
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(full, name), "utf8"))
    .join("\n");
}
