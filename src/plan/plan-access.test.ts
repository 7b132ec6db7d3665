/** What is told of an issuer, its limits and webhooks that are not as they must be; a secret in the wrong place is not shown. */

import { expect, test } from "vitest";
import { z } from "zod";
import { judgePipeline } from "./plan-pipeline.ts";

const JWT = {
  issuer: "https://login.example.org/",
  audience: "millrace",
  jwks: "https://login.example.org/jwks.json",
};

function problems(more: object): readonly string[] {
  const definition = { name: "demo", streams: { s: { schema: z.object({ a: z.string() }) } } };
  const judged = judgePipeline({ ...definition, ...more }, "/x/pipeline.ts");
  return judged.kind === "plan" ? [] : judged.problems.map((one) => `${one.path}: ${one.says}`);
}

function pathsOf(jwt: object): readonly string[] {
  return problems({ access: { jwt: { ...JWT, ...jwt } } }).map(
    (one) => one.split(": ", 1)[0] ?? "",
  );
}

test("an issuer with limits for each of its subjects is right", () => {
  expect(pathsOf({ limits: { rate: 0.5, burst: 10, daily: 1000 } })).toEqual([]);
  expect(pathsOf({})).toEqual([]);
});

test.each([
  [{ limits: { rate: 0 } }, "access.jwt.limits.rate"],
  [{ limits: { rate: "5" } }, "access.jwt.limits.rate"],
  [{ limits: { rate: Number.NaN } }, "access.jwt.limits.rate"],
  [{ limits: { daily: 0 } }, "access.jwt.limits.daily"],
  [{ limits: { burst: 5 } }, "access.jwt.limits.burst"],
  [{ limits: { perSecond: 5 } }, "access.jwt.limits.perSecond"],
  [{ issuer: "" }, "access.jwt.issuer"],
  [{ audience: [] }, "access.jwt.audience"],
  [{ jwks: "http://login.example.org/jwks.json" }, "access.jwt.jwks"],
  [{ algorithms: ["HS256"] }, "access.jwt.algorithms"],
  [{ algorithms: [] }, "access.jwt.algorithms"],
])("%o is told at %s", (jwt, path) => {
  expect(pathsOf(jwt)).toEqual([path]);
});

test("a secret that stands in the definition is refused and not repeated", () => {
  const said = problems({ webhooks: { hook: { stream: "s", sign: "github", secret: "hunter2" } } });
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("webhooks.hook.secret");
  expect(said[0]).not.toContain("hunter2");
});
