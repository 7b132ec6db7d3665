/** The semantic model's other files: the database, the model with its list of tables, and the parameters. */

import { textDax } from "../measure.ts";
import { fileText, indent, lineageTag, nameTmdl } from "./text.ts";

/** Where Snowflake is; each can be changed in Power BI under Transform data → Edit parameters. */
export interface SnowflakePlace {
  /** Host of the account: `xy12345.eu-central-1.snowflakecomputing.com`. */
  readonly account: string;
  readonly warehouse: string;
  readonly database: string;
  readonly role: string;
}

/** The lowest level with the enhanced metadata that PBIP asks for. */
const COMPATIBILITY = 1600;

export function databaseTmdl(): string {
  return fileText(["database", ...indent([`compatibilityLevel: ${COMPATIBILITY}`])]);
}

export function modelTmdl(tables: readonly string[]): string {
  return fileText([
    "model Model",
    ...indent([
      "culture: en-US",
      "defaultPowerBIDataSourceVersion: powerBI_V3",
      "discourageImplicitMeasures",
      "sourceQueryCulture: en-US",
    ]),
    "",
    // Dates are filtered as they are; a hidden table per column of dates would help nobody.
    "annotation __PBI_TimeIntelligenceEnabled = 0",
    "",
    ...tables.map((table) => `ref table ${nameTmdl(table)}`),
  ]);
}

export function expressionsTmdl(pipeline: string, place: SnowflakePlace): string {
  const parameters = [
    ["Account", place.account, "Host of the Snowflake account."],
    ["Warehouse", place.warehouse, "Warehouse that answers."],
    ["Database", place.database, "Database of the pipeline."],
    ["Role", place.role, "Role that may read and nothing else."],
  ] as const;
  const meta = 'meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]';
  return fileText(
    parameters.flatMap(([name, value, doc]) => [
      `/// ${doc}`,
      `expression ${name} = ${textDax(value)} ${meta}`,
      ...indent([`lineageTag: ${lineageTag(pipeline, "expression", name)}`]),
      "",
    ]),
  );
}
