/** The peers themselves: each is there, starts, and answers its own client. */

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { PEER_PATHS } from "./catalogue.ts";
import { PEER_KEYS, startMoto, startVersitygw } from "./processes.ts";

describe("peers", () => {
  it.each([
    ["moto", startMoto],
    ["versitygw", startVersitygw],
  ])("%s answers the AWS command line", async (_name, start) => {
    await using peer = await start();
    const env = { ...process.env, ...PEER_KEYS, AWS_DEFAULT_REGION: "us-east-1" };
    const aws = (...args: string[]): string => {
      const all = ["--endpoint-url", peer.url, "s3api", ...args];
      const { stdout, stderr } = spawnSync(PEER_PATHS.pythonBin("aws"), all, { env });
      return stdout.toString() + stderr.toString();
    };
    aws("create-bucket", "--bucket", "proved");
    expect(aws("list-buckets")).toContain("proved");
  });
});
