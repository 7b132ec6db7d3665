/** The pipeline run whole: signed requests become rows, and others are turned away. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { openTestPipeline } from "millrace/testing";
import { push } from "./schema.ts";

const SECRET = "a-secret-of-this-test";
const pipeline = await openTestPipeline(import.meta.dirname, {
  env: { GITHUB_WEBHOOK_SECRET: SECRET },
});
after(() => pipeline.close());

/** A request as GitHub makes it; resolves to the status of its answer. */
async function deliver(event: object, secret: string): Promise<number> {
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const answer = await fetch(`${pipeline.url}/v1/webhooks/github`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    body,
  });
  await answer.text();
  return answer.status;
}

const pushed = (commit: string): object => ({
  ...push.parse({
    ref: "refs/heads/main",
    after: commit,
    repository: { full_name: "ada/engine", private: false },
    pusher: { name: "ada", email: "ada@example.org" },
    commits: [{ id: commit, message: "Number the cards" }],
  }),
  // GitHub sends much more than is used here.
  sender: { login: "ada", id: 1815 },
  compare: "https://github.com/ada/engine/compare",
});

test("signed pushes become rows, the newest one per branch", async () => {
  const [first, second] = ["a".repeat(40), "b".repeat(40)];
  assert.equal(await deliver(pushed(first), SECRET), 202);
  await pipeline.drain();
  assert.equal(await deliver(pushed(second), SECRET), 202);
  await pipeline.drain();
  assert.deepEqual(await pipeline.query("select count(*) as pushes from raw_pushes"), [
    { pushes: 2 },
  ]);
  assert.deepEqual(await pipeline.query("select repository, branch, commit_sha from branches"), [
    { repository: "ada/engine", branch: "main", commit_sha: second },
  ]);
});

test("a request with another signature leaves nothing", async () => {
  assert.equal(await deliver(pushed("c".repeat(40)), "another secret"), 401);
  await pipeline.drain();
  const rows = await pipeline.query(`select 1 from raw_pushes where commit_sha like 'ccc%'`);
  assert.deepEqual(rows, []);
});
