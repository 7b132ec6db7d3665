/** The whole of deploy and destroy as a user runs them, into an emulator of AWS that others wrote. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PEER_PATHS } from "../catalogue.ts";
import { type Peer, PEER_KEYS, startMinistack } from "../processes.ts";
import { synthesiseShop } from "../../deploy/shop.ts";

const SHOP = join(import.meta.dirname, "../../deploy/shop-bare");
const root = join(import.meta.dirname, "../../..");
const out = mkdtempSync(join(tmpdir(), "millrace-deploy-"));
let aws: Peer;

beforeAll(async () => {
  aws = await startMinistack();
});
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  rmSync(out, { recursive: true, force: true });
});

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: string, args: readonly string[]): Promise<Ran> {
  const env = {
    ...process.env,
    ...PEER_KEYS,
    AWS_ENDPOINT_URL: aws.url,
    AWS_DEFAULT_REGION: "us-east-1",
    CDK_DEFAULT_ACCOUNT: "000000000000",
    NODE_PATH: join(PEER_PATHS.npm, "node_modules"),
  };
  const child = spawn(command, args, { cwd: root, env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => void (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  return { code, stdout, stderr };
}

const millrace = (...args: string[]): Promise<Ran> =>
  run(process.execPath, [join(root, "bin/millrace.cjs"), ...args, "--out", out]);

async function ask(...args: string[]): Promise<unknown> {
  const { stdout, stderr } = await run(PEER_PATHS.pythonBin("aws"), [...args, "--output", "json"]);
  expect({ stdout, stderr }).not.toMatchObject({ stdout: "" });
  return JSON.parse(stdout);
}

test("nothing is changed without a yes", async () => {
  const { code, stderr } = await millrace("deploy", SHOP);
  expect(code).not.toBe(0);
  expect(stderr).toContain("needs an explicit yes");
  expect(await ask("kinesis", "list-streams")).toMatchObject({ StreamNames: [] });
});

test("deploy makes every resource, and its outputs resolve", async () => {
  const { code, stdout, stderr } = await millrace("deploy", SHOP, "--yes", "--bootstrap");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain("Stack millrace-shop is deployed.");
  expect(stdout).toContain("shop-data-000000000000-us-east-1");
  using made = await synthesiseShop((plan) => ({
    ...plan,
    deploy: { ...plan.deploy, aws: { ...plan.deploy.aws, reading: "none" } },
  }));
  const wanted = Object.keys(made.synthesised.template.Resources);
  const { StackResourceSummaries: there } = (await ask(
    "cloudformation",
    "list-stack-resources",
    "--stack-name",
    "millrace-shop",
  )) as { StackResourceSummaries: { LogicalResourceId: string; ResourceStatus: string }[] };
  const complete = there.filter(({ ResourceStatus }) => ResourceStatus === "CREATE_COMPLETE");
  expect(complete.map(({ LogicalResourceId }) => LogicalResourceId).toSorted()).toEqual(
    wanted.toSorted(),
  );
}, 180_000);

test("a second deploy of the same changes nothing", async () => {
  const { code, stderr } = await millrace("deploy", SHOP, "--yes");
  expect({ code, stderr }).toMatchObject({ code: 0 });
}, 180_000);

test("destroy asks for a yes, keeps what holds data, and deletes it only by name", async () => {
  const refused = await millrace("destroy", SHOP);
  expect(refused.code).not.toBe(0);
  const wrong = await millrace("destroy", SHOP, "--yes", "--delete-data", "shoop");
  expect(wrong.code).not.toBe(0);
  expect(wrong.stderr).toContain("--delete-data shop");
  const { code, stdout, stderr } = await millrace("destroy", SHOP, "--yes");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain("AWS::S3::Bucket  shop-data-");
  expect(await ask("s3api", "list-buckets")).toMatchObject({
    Buckets: expect.arrayContaining([
      expect.objectContaining({ Name: "shop-data-000000000000-us-east-1" }),
    ]),
  });
}, 180_000);
