/**
 * Makes a kept data folder: `node test/upgrade/make.ts NAME`, once per version whose formats differ, in a checkout of
 * that version into which this folder was copied. It writes NAME.tar.gz and NAME.json beside itself.
 *
 * The pipeline takes events of every fate in, is killed while some are on their way, and its files are packed: segments
 * without the zeros at their ends, which the test gives back.
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const [name = "kept"] = process.argv.slice(2);
const root = join(import.meta.dirname, "../..");
const launcher = join(root, "bin/millrace.cjs");
const folder = mkdtempSync(join(tmpdir(), "millrace-kept-"));
const data = join(folder, "data");
const url = "http://127.0.0.1:18099";

function line(order: string, at: number): string {
  return JSON.stringify({ order, line: at, amount: at === 3 ? 13 : at === 5 ? 0 : at + 0.5 });
}

async function post(stream: string, lines: readonly string[], headers = {}): Promise<void> {
  const answer = await fetch(`${url}/v1/streams/${stream}/events`, {
    method: "POST",
    body: lines.join("\n"),
    headers: { "content-type": "application/x-ndjson", ...headers },
  });
  if (answer.status !== 202 && answer.status !== 207) {
    throw new TypeError(`${stream}: ${answer.status} ${await answer.text()}`);
  }
}

const key = spawnSync(
  process.execPath,
  [launcher, "keys", "create", "--name", "kept", "--scope", "ingest", "--data", data, "--json"],
  { encoding: "utf8", cwd: root },
);
const { secret } = JSON.parse(key.stdout) as { secret: string };
const args = [launcher, "start", join(import.meta.dirname, "pipeline"), "--data", data];
const child = spawn(process.execPath, [...args, "--port", "18099"], { cwd: root, detached: true });
const { pid = 0 } = child;
try {
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    await pause(50);
  }
  for (let round = 0; round < 6; round += 1) {
    await post("orders", [
      ...Array.from({ length: 8 }, (_none, at) => line(`o${round}`, at)),
      JSON.stringify({ refused: `o${round}` }),
    ]);
    await post("visits", [JSON.stringify({ page: `p${round}` })], {
      "idempotency-key": `k${round}`,
    });
    await pause(300);
  }
  await fetch(`${url}/v1/drain`, {
    method: "POST",
    body: JSON.stringify({ timeout_ms: 60_000 }),
    headers: { "content-type": "application/json" },
  });
  // What is there when it ends is on its way.
  await post(
    "orders",
    Array.from({ length: 8 }, (_none, at) => line("late", at)),
  );
} finally {
  process.kill(-pid, "SIGKILL");
}
await pause(500);

for (const file of readdirSync(data, { recursive: true, encoding: "utf8" })) {
  if (file.endsWith(".segment")) {
    const bytes = readFileSync(join(data, file));
    writeFileSync(
      join(data, file),
      bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1),
    );
  } else if (/\.spare$|endpoint\.json$/.test(file)) {
    rmSync(join(data, file));
  }
}
const archive = join(import.meta.dirname, `${name}.tar.gz`);
spawnSync("tar", ["-czf", archive, "-C", folder, "data"], { stdio: "inherit" });
writeFileSync(join(import.meta.dirname, `${name}.json`), `${JSON.stringify({ secret })}\n`);
rmSync(folder, { recursive: true });
