/** Statements that no emulator runs, channels' and pipes', in the grammar of sqlfluff's Snowflake dialect. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { pipesOf } from "../../../src/deploy/snowflake/pipes.ts";
import { loadPlan } from "../../../src/plan/load-plan.ts";
import {
  ARRIVALS_STATEMENT,
  arrivedStatements,
  batchOf,
  FORGET_ONCE_STATEMENT,
  forgetArrivals,
  forgetTurns,
} from "../../../src/stages/warehouse/snowflake/channels/arrivals.ts";
import type {
  Answer,
  Transport,
} from "../../../src/stages/warehouse/snowflake/client/transport.ts";
import { putWay } from "../../../src/stages/warehouse/snowflake/load/put-way.ts";
import type { StagedObject } from "../../../src/stages/warehouse/snowflake/load/read-object.ts";
import {
  readCopies,
  readHeld,
  readObjects,
  readPipeStatus,
  refreshPipe,
} from "../../../src/stages/warehouse/snowflake/pipes/read-pipe.ts";
import { cutOf, SALES } from "../../snowflake/streaming-rig.ts";
import { judgeStatements } from "./sqlfluff.ts";

it("is said by channels, pipes and uploads, and an error in it is found", async () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-said-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const said: string[] = [];
  const nothing = { columns: [], count: 0, async *parts() {} };
  const uploaded: Answer = {
    columns: [{ name: "status", type: "VARCHAR" }],
    count: 1,
    async *parts() {
      yield [["UPLOADED"]];
    },
  };
  const transport: Transport = {
    ask: async (sql) => {
      said.push(sql);
      return sql.startsWith("PUT ") ? uploaded : nothing;
    },
    script: async (statements) => {
      said.push(...statements);
      return statements.map(() => nothing);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const { manifest, objects } = cutOf({
    folder,
    cut: 1,
    ranges: [{ shard: 0, first: 1, last: 2 }],
  });
  const batch = batchOf(manifest);
  const part = manifest.object;
  if (part === undefined) {
    throw new TypeError("the cut has rows");
  }
  const object = { part, row: SALES.row, fields: undefined, table: "_STAGED" };
  said.push(
    ARRIVALS_STATEMENT,
    FORGET_ONCE_STATEMENT,
    forgetTurns(manifest),
    forgetArrivals(batch),
    forgetArrivals(batch, { part: "rows", shard: 3 }),
    ...(["csv", "ndjson"] as const).flatMap((format) =>
      arrivedStatements(batch, "rows", { ...object, part: { ...part, format } } as StagedObject),
    ),
  );
  for (const names of pipesOf(
    await loadPlan(join(import.meta.dirname, "../../../examples/people")),
  )) {
    await readPipeStatus(transport, names.pipe);
    await readCopies(transport, names);
    await readObjects(transport, names);
    await readHeld(transport, names);
    await refreshPipe(transport, names.pipe, systemClock.now());
  }
  const way = putWay();
  const running = { timeoutMs: 1000 };
  await way.prepare(transport, running);
  await using _brought = await way.bring({
    transport,
    running,
    stream: SALES,
    manifest,
    objects,
    inTurn: true,
  });
  expect(said.length).toBeGreaterThan(18);
  expect(judgeStatements(folder, said)).toBe("");
  expect(judgeStatements(folder, ["ALTER PIPE a.b REFRESH MODIFIED AFTER '2026'"])).not.toBe("");
});
