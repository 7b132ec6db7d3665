/** Deploy and destroy from the package as npm packs it, of a project that `millrace init` made, into an emulator of AWS. */

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InstalledPackage, type Said } from "../../package/installed.ts";
import { PEER_PATHS } from "../catalogue.ts";
import { type Peer, PEER_KEYS, startMinistack } from "../processes.ts";

const installed = new InstalledPackage();
const project = installed.project("shop");
let aws: Peer;

beforeAll(async () => {
  await installed.pack();
  await installed.install();
  installed.add("aws-cdk-lib", "constructs", "esbuild");
  const from = join(PEER_PATHS.npm, "node_modules", "aws-cdk");
  symlinkSync(from, join(installed.folder, "node_modules", "aws-cdk"));
  aws = await startMinistack();
  Object.assign(process.env, PEER_KEYS, {
    AWS_ENDPOINT_URL: aws.url,
    CDK_DEFAULT_ACCOUNT: "000000000000",
  });
});
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  installed[Symbol.dispose]();
});

const millrace = (...args: string[]): Promise<Said> => installed.millrace(project, ...args);

test("a new project is deployed and removed again, each with a yes alone", async () => {
  const made = await installed.millrace(installed.folder, "init", "shop", "--template", "people");
  expect(made).toMatchObject({ code: 0, err: "" });
  const refused = await millrace("deploy");
  expect(refused).toMatchObject({ code: 4, err: expect.stringContaining("needs an explicit yes") });
  const deployed = await millrace("deploy", "--yes", "--bootstrap");
  expect(deployed).toMatchObject({ code: 0 });
  expect(deployed.out).toContain("Stack millrace-shop is deployed.");
  expect(deployed.out).toContain("shop-data-000000000000-us-east-1");
  const unable = await millrace("destroy", "--yes", "--delete-data", "shop");
  // What it needs to delete data is not there: then nothing is removed at all.
  expect(unable).toMatchObject({ code: 4, err: expect.stringContaining("@aws-sdk/client-") });
  expect(unable.err).not.toContain("destroying");
  const destroyed = await millrace("destroy", "--yes");
  expect(destroyed).toMatchObject({ code: 0 });
  expect(destroyed.out).toContain("Stack millrace-shop is gone.");
  expect(destroyed.out).toContain("AWS::S3::Bucket  shop-data-");
}, 240_000);
