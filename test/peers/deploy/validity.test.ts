/** Template and Dockerfile before others' eyes: cfn-lint, cdk-nag, AWS's own validation, and hadolint. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { containerFiles } from "../../../src/deploy/container/files.ts";
import { synthesiseShop } from "../../deploy/shop.ts";
import { PEER_PATHS } from "../catalogue.ts";
import { NAG_REASONS } from "./nag-reasons.ts";

const made = await synthesiseShop();
const { file } = made.synthesised;
afterAll(() => made[Symbol.dispose]());
const folder = mkdtempSync(join(tmpdir(), "millrace-nag-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly { readonly ruleName: string; readonly severity: string }[];
  }[];
}

test("cfn-lint finds nothing", () => {
  const { stdout, stderr, status } = spawnSync(PEER_PATHS.pythonBin("cfn-lint"), [file]);
  expect(stdout.toString() + stderr.toString()).toBe("");
  expect(status).toBe(0);
});

test("cfn-lint does find a planted error", () => {
  const broken = join(folder, "broken.json");
  const text = readFileSync(file, "utf8").replace('"GZIP"', '"GZAP"');
  writeFileSync(broken, text);
  const { stdout } = spawnSync(PEER_PATHS.pythonBin("cfn-lint"), [broken]);
  expect(stdout.toString()).toContain("GZAP");
});

/** The rules that hadolint finds broken. */
function hadolint(dockerfile: string): string[] {
  const path = join(folder, "Dockerfile");
  writeFileSync(path, dockerfile);
  const { stdout } = spawnSync(PEER_PATHS.hadolintBin("hadolint"), ["--format=json", path]);
  return (JSON.parse(stdout.toString()) as { code: string }[]).map(({ code }) => code);
}

test("hadolint finds nothing in the read APIs' Dockerfile, and does find planted errors", () => {
  const dockerfile = containerFiles(made.plan).get("Dockerfile") ?? "";
  expect(hadolint(dockerfile)).toEqual([]);
  const [untagged, root, shell] = [
    dockerfile.replaceAll("node:24-slim", "node"),
    dockerfile.replace("USER 1000:1000", "USER root"),
    dockerfile.replace(/^CMD .*$/m, "CMD node start"),
  ].map((broken) => hadolint(broken));
  expect(untagged).toContain("DL3006");
  expect(root).toContain("DL3002");
  expect(shell).toContain("DL3025");
});

test("whatever cdk-nag finds has a reason, and every reason is needed", () => {
  const script = join(folder, "nag.cjs");
  writeFileSync(script, NAG);
  const nodePath = join(PEER_PATHS.npm, "node_modules");
  const env = { ...process.env, NODE_PATH: nodePath };
  const out = join(folder, "out");
  const { stderr } = spawnSync(process.execPath, [script, file, out], { env });
  const report = JSON.parse(readFileSync(join(out, "validation-report.json"), "utf8")) as Report;
  const nag = report.pluginReports.filter(({ pluginName }) => pluginName === "AwsSolutions");
  const rules = nag.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
  expect({ rules, stderr: stderr.toString() }).not.toMatchObject({ rules: [] });
  const reasons = Object.keys(NAG_REASONS);
  const without = rules.filter((rule) => !reasons.some((begin) => rule.startsWith(begin)));
  expect(without).toEqual([]);
  const idle = reasons.filter((begin) => !rules.some((rule) => rule.startsWith(begin)));
  expect(idle).toEqual([]);
  const others = report.pluginReports.filter(({ pluginName }) => pluginName !== "AwsSolutions");
  const errors = others.flatMap(({ violations }) =>
    violations.filter(({ severity }) => severity === "error" || severity === "fatal"),
  );
  expect(errors).toEqual([]);
});

/** cdk-nag brings its own CDK; it reads the template as anybody would who was given it. */
const NAG = `
const { App, Stack, Validations } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const { AwsSolutionsChecks } = require("cdk-nag");
const [, , templateFile, outdir] = process.argv;
const app = new App({ outdir });
new CfnInclude(new Stack(app, "Nagged"), "Template", { templateFile });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
try { app.synth(); } catch {}
`;
