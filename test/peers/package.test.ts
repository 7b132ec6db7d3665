/** The packed package through npm itself: installed from its tarball, as a user does it, into a project of every template. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TEMPLATE_NAMES } from "../../src/cli/init/templates.ts";
import { InstalledPackage, say } from "../package/installed.ts";

const INSTALL = ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline"] as const;
const installed = new InstalledPackage();
const base = installed.project("base");

beforeAll(async () => {
  await installed.pack();
  mkdirSync(base);
  writeFileSync(join(base, "package.json"), '{ "private": true }\n');
});

afterAll(() => installed[Symbol.dispose]());

test("npm installs it, and has nothing to warn of", async () => {
  const said = await say(base, ...INSTALL, installed.tarball);
  expect(said.code).toBe(0);
  // npm tells of scripts that a package would run at its install; this one has none.
  expect(said.err).not.toContain("millrace");
});

test.each(TEMPLATE_NAMES)("%s: npx millrace init, npm install, npm test", async (name) => {
  const flags = ["--template", name, "--millrace", installed.tarball];
  const made = await say(base, "npx", "millrace", "init", `../${name}`, ...flags);
  expect(made).toMatchObject({ code: 0, err: "" });
  const project = installed.project(name);
  expect((await say(project, ...INSTALL)).code).toBe(0);
  expect(await say(project, "npm", "run", "typecheck", "--silent")).toMatchObject({ code: 0 });
  const tests = await say(project, "npm", "test", "--silent");
  expect(tests).toMatchObject({ code: 0, err: "" });
  expect(tests.out).toMatch(/pass 2\b/);
  const plan = await say(project, "npx", "millrace", "plan");
  expect(plan).toMatchObject({ code: 0, err: "" });
});
