/** Reads a loaded cut once more into tables of its own, asks about them beside the live ones, and forgets them. */

import type { DuckDBConnection } from "@duckdb/node-api";
import { toFault } from "../../../../base/faults.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import { type AuditAnswer, AUDITED } from "../../../../seams/audit.ts";
import type { Cell } from "../../../../seams/query.ts";
import type { AuditedCut } from "../../warehouse.ts";
import type { Engine } from "../connect.ts";
import { readRows } from "../query/run-query.ts";
import { quoteName } from "../quote.ts";
import { LETTERS_TABLE } from "../schema.ts";
import { loadThen } from "./load-cut.ts";
import { plainPath } from "./plain-path.ts";

interface AuditMeans {
  readonly engine: Engine;
  readonly stream: StreamPlan;
  readonly cut: AuditedCut;
  readonly statements: readonly string[];
}

/** A connection of its own: loads, models and queries go on beside it. */
export async function auditCut(means: AuditMeans): Promise<AuditAnswer> {
  const { engine, stream, cut, statements } = means;
  const connection = await engine.connect();
  try {
    await using object = await plainPath(cut.object ?? "", engine.temporary);
    await using failed = await plainPath(cut.failed ?? "", engine.temporary);
    for (const [name, like] of [
      [AUDITED.rows, stream.table],
      [AUDITED.letters, LETTERS_TABLE],
    ] as const) {
      await connection.run(`CREATE TEMP TABLE ${name} AS FROM ${quoteName(like)} LIMIT 0`);
    }
    let answers: AuditAnswer = [];
    await loadThen(
      {
        ...cut,
        connection,
        stream,
        object: cut.object && object.path,
        failed: cut.failed && failed.path,
        into: AUDITED,
      },
      async () => {
        answers = await ask(connection, statements);
      },
    );
    return answers;
  } finally {
    // Its temporary tables go with it.
    connection.closeSync();
  }
}

async function ask(
  connection: DuckDBConnection,
  statements: readonly string[],
): Promise<AuditAnswer> {
  const answers: (readonly (readonly Cell[])[])[] = [];
  for (const statement of statements) {
    try {
      answers.push(await readRows(connection, statement));
    } catch (thrown) {
      throw toFault(thrown, "QUERY_FAILED");
    }
  }
  return answers;
}
