/** The whole Power BI project as texts by path: what `millrace export powerbi` writes. */

import type { Plan } from "../plan/plan.ts";
import type { TableShape } from "../plan/report/table-shape.ts";
import { contentsOf } from "./contents.ts";
import { measuresSql } from "./measures-sql.ts";
import { pbip, pbism, platform, reportFiles } from "./pbir/report.ts";
import { databaseTmdl, expressionsTmdl, modelTmdl, type SnowflakePlace } from "./tmdl/model.ts";
import { choiceTmdl, type StorageMode, tableTmdl } from "./tmdl/table.ts";
import { lineageTag } from "./tmdl/text.ts";

export interface ProjectOptions {
  readonly plan: Plan;
  /** The tables as the models make them. */
  readonly shapes: readonly TableShape[];
  readonly place: SnowflakePlace;
  readonly mode: StorageMode;
}

/** Path → text, in a fixed order. Throws REPORT_INVALID. */
export function powerBiProject(options: ProjectOptions): ReadonlyMap<string, string> {
  const { plan, shapes, place, mode } = options;
  const { name } = plan;
  const { tables, choices, pages } = contentsOf(plan.report, shapes);
  const about = { pipeline: name, mode };
  const model: [string, string][] = [
    [".platform", platform("SemanticModel", name, lineageTag(name, "SemanticModel"))],
    ["definition.pbism", pbism()],
    ["definition/database.tmdl", databaseTmdl()],
    [
      "definition/model.tmdl",
      modelTmdl([...tables.map(({ shape }) => shape.name), ...choices.map((one) => one.name)]),
    ],
    ["definition/expressions.tmdl", expressionsTmdl(name, place)],
    ...tables.map((table): [string, string] => [
      tableFile(table.shape.name),
      tableTmdl(table, about),
    ]),
    ...choices.map((choice): [string, string] => [
      tableFile(choice.name),
      choiceTmdl(choice, about),
    ]),
  ];
  const folders = { model: `${name}.SemanticModel`, report: `${name}.Report` };
  const report: [string, string][] = [
    [".platform", platform("Report", name, lineageTag(name, "Report"))],
    ...reportFiles(pages, folders.model),
  ];
  return new Map([
    [`${name}.pbip`, pbip(folders.report)],
    [".gitignore", "**/.pbi/localSettings.json\n**/.pbi/cache.abf\n"],
    ...(plan.report === undefined
      ? []
      : [["measures.sql", measuresSql(plan.report)] satisfies [string, string]]),
    ...model.map(([path, text]): [string, string] => [`${folders.model}/${path}`, text]),
    ...report.map(([path, text]): [string, string] => [`${folders.report}/${path}`, text]),
  ]);
}

/** Titles may hold what no file system takes in a name. */
function tableFile(name: string): string {
  return `definition/tables/${name.replaceAll(/[^\p{L}\p{N} _.-]/gu, "_")}.tmdl`;
}
