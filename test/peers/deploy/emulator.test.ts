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

interface Until {
  readonly says: RegExp;
  readonly signal: "SIGINT" | "SIGKILL";
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, or until it says what `until` waits for: then it is sent that signal. */
async function run(command: string, args: readonly string[], until?: Until): Promise<Ran> {
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
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    if (until?.says.test(stderr) === true && !child.killed) {
      child.kill(until.signal);
    }
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  return { code, stdout, stderr };
}

const LAUNCHER = join(root, "bin/millrace.cjs");
const millrace = (...args: string[]): Promise<Ran> =>
  run(process.execPath, [LAUNCHER, ...args, "--out", out]);

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

test.each([
  ["bundles", /not proved yet/, "SIGKILL"],
  ["prepares the account", /Bootstrapping environment/, "SIGINT"],
  ["makes the stack", /creating CloudFormation changeset|CREATE_IN_PROGRESS/, "SIGKILL"],
  ["makes the stack once more", /deploying\.\.\./, "SIGINT"],
] as const)(
  "a deploy may end while it %s: the same command goes on from there",
  async (_what, says, signal) => {
    const args = [LAUNCHER, "deploy", SHOP, "--yes", "--bootstrap", "--out", out];
    const { code, stderr } = await run(process.execPath, args, { says, signal });
    const told = "it was interrupted; CloudFormation goes on with what it has begun";
    expect([code, stderr.includes(told)]).toEqual(signal === "SIGINT" ? [4, true] : [null, false]);
  },
  180_000,
);

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

test("what was left behind is deleted by the second yes later too, and the name is free again", async () => {
  const { code, stdout, stderr } = await millrace(
    "destroy",
    SHOP,
    "--yes",
    "--delete-data",
    "shop",
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain("shop-data-000000000000-us-east-1");
  const again = await millrace("deploy", SHOP, "--yes");
  expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 });
}, 180_000);
