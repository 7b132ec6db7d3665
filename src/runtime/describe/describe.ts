/** What tables a pipeline makes, with their columns: the models run once, on nothing, in a folder of their own. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import { type Column, type ColumnType, isEngineStream } from "../../base/record.ts";
import type { Plan } from "../../plan/plan.ts";
import type { TableShape } from "../../plan/report/table-shape.ts";
import type { Query } from "../../seams/query.ts";
import { startModels } from "../../stages/models/index.ts";
import { readModelFolder } from "../../stages/models/reading.ts";
import { openWarehouse } from "../../stages/warehouse/index.ts";

/** DuckDB's name of a type, without what stands in brackets → the column's type. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  VARCHAR: "text",
  BOOLEAN: "boolean",
  DATE: "date",
  TIMESTAMP: "timestamp",
  "TIMESTAMP WITH TIME ZONE": "timestamp",
  JSON: "json",
  FLOAT: "number",
  DOUBLE: "number",
  DECIMAL: "number",
  TINYINT: "integer",
  SMALLINT: "integer",
  INTEGER: "integer",
  BIGINT: "integer",
  HUGEINT: "integer",
  UTINYINT: "integer",
  USMALLINT: "integer",
  UINTEGER: "integer",
  UBIGINT: "integer",
};

/** Each model's table or view, and the raw table of each stream. Throws what a model that cannot run says. */
export async function describeTables(plan: Plan): Promise<readonly TableShape[]> {
  const raw = plan.streams
    .filter(({ name }) => !isEngineStream(name))
    .map(({ table, row }): TableShape => ({
      name: table,
      layer: "raw",
      kind: "table",
      title: `Rows of ${table} as they came.`,
      columns: row,
      key: [],
    }));
  return [...raw, ...(await describeModels(plan))];
}

async function describeModels(plan: Plan): Promise<TableShape[]> {
  if (plan.models === undefined) {
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), "millrace-describe-"));
  try {
    await using house = await openWarehouse({ path: join(folder, "w.duckdb"), readable: [folder] });
    await house.ensure(plan);
    await using runner = startModels({
      plan,
      execute: await house.execute(),
      clock: systemClock,
      pauseMs: 0,
      pollMs: 1000,
      retryMs: { first: 1000, max: 1000 },
      onChange: () => {},
    });
    if (!(await runner.settle())) {
      const trouble = runner.meters().find((meter) => meter.trouble !== undefined);
      throw new Fault("MODEL_FAILED", {
        model: trouble?.name ?? "",
        cause: trouble?.trouble?.message ?? "it does not run",
      });
    }
    const { files } = await readModelFolder(plan.models.folder);
    const shapes: TableShape[] = [];
    for (const { name, kind, title, key } of files) {
      const columns = await columnsOf(house.query, name);
      shapes.push({
        name,
        layer: "clean",
        kind: kind === "view" ? "view" : "table",
        title,
        columns,
        key,
      });
    }
    return shapes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function columnsOf(query: Query, table: string): Promise<Column[]> {
  const { rows } = await query.run(
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
    { params: [table] },
  );
  return rows.map(([name, type]) => ({
    name: String(name),
    type: TYPES[String(type).replace(/\(.*$/, "")] ?? "json",
    nullable: true,
  }));
}
