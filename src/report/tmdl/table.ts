/** A table of the semantic model as TMDL: columns, measures, and where Snowflake has it. */

import type { Column, ColumnType } from "../../base/record.ts";
import type { TableShape } from "../../plan/report/table-shape.ts";
import type { Choice, ModelMeasure, ModelTable } from "../contents.ts";
import { textDax } from "../measure.ts";
import { description, fileText, indent, lineageTag, nameTmdl } from "./text.ts";

/** How Power BI comes by the rows: asked each time, or copied when it refreshes. */
export type StorageMode = "directQuery" | "import";

export interface TableOptions {
  /** What identifies the model among all. */
  readonly pipeline: string;
  readonly mode: StorageMode;
}

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: "string",
  integer: "int64",
  number: "double",
  boolean: "boolean",
  date: "dateTime",
  timestamp: "dateTime",
  // Snowflake's connector hands a VARIANT over as its text.
  json: "string",
};

export function tableTmdl({ shape, measures }: ModelTable, options: TableOptions): string {
  const columns = shape.columns.filter(({ name }) => !name.startsWith("_"));
  return fileText([
    ...description(shape.title),
    `table ${nameTmdl(shape.name)}`,
    ...indent([
      `lineageTag: ${lineageTag(options.pipeline, shape.name)}`,
      "",
      ...measures.flatMap((measure) => measureLines(measure, shape.name, options)),
      ...columns.flatMap((column) => columnLines(column, shape, options)),
      `partition ${nameTmdl(shape.name)} = m`,
      ...indent([`mode: ${options.mode}`, "source =", ...indent(sourceLines(shape), 2)]),
    ]),
  ]);
}

function measureLines(measure: ModelMeasure, table: string, { pipeline }: TableOptions): string[] {
  return [
    ...description(measure.doc),
    `measure ${nameTmdl(measure.title)} = ${measure.dax}`,
    ...indent([
      ...(measure.format === undefined ? [] : [`formatString: ${measure.format}`]),
      ...(measure.hidden ? ["isHidden"] : []),
      `lineageTag: ${lineageTag(pipeline, table, "measure", measure.title)}`,
    ]),
    "",
  ];
}

function columnLines({ name, type }: Column, table: TableShape, options: TableOptions): string[] {
  const formats: Partial<Record<ColumnType, string>> = {
    date: "yyyy-mm-dd",
    timestamp: "yyyy-mm-dd hh:nn:ss",
    integer: "0",
  };
  const format = formats[type];
  return [
    `column ${nameTmdl(name)}`,
    ...indent([
      `dataType: ${TYPES[type]}`,
      ...(format === undefined ? [] : [`formatString: ${format}`]),
      `lineageTag: ${lineageTag(options.pipeline, table.name, "column", name)}`,
      // Numbers come from measures alone, which know what may be added up.
      "summarizeBy: none",
      `sourceColumn: ${snowflakeName(name)}`,
    ]),
    "",
  ];
}

/** Power Query's way from account to table. Text in M doubles its quotes, as DAX does. */
function sourceLines({ name, layer, kind }: TableShape): string[] {
  const schema = textDax(layer.toUpperCase());
  const table = textDax(snowflakeName(name));
  return [
    "let",
    ...[
      `Source = Snowflake.Databases(Account, Warehouse, [Role = Role, Implementation = "2.0"]),`,
      'DatabaseOf = Source{[Name = Database, Kind = "Database"]}[Data],',
      `SchemaOf = DatabaseOf{[Name = ${schema}, Kind = "Schema"]}[Data],`,
      `TableOf = SchemaOf{[Name = ${table}, Kind = "${kind === "view" ? "View" : "Table"}"]}[Data]`,
    ].map((line) => `    ${line}`),
    "in",
    "    TableOf",
  ];
}

/** A name that was made without quotes stands in capitals there. */
function snowflakeName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? name.toUpperCase() : name;
}

/** A table of titles that hangs on nothing: choosing a row filters no other table. */
export function choiceTmdl({ name, titles }: Choice, { pipeline }: TableOptions): string {
  const rows = titles.map((title, index) => `{${textDax(title)}, ${index}}`).join(", ");
  const column = (of: string, type: string, more: readonly string[]): string[] => [
    `column ${of}`,
    ...indent([
      `dataType: ${type}`,
      `lineageTag: ${lineageTag(pipeline, name, "column", of)}`,
      "summarizeBy: none",
      "isNameInferred",
      `sourceColumn: [${of}]`,
      ...more,
    ]),
    "",
  ];
  return fileText([
    "/// The measures of which a reader chooses one.",
    `table ${nameTmdl(name)}`,
    ...indent([
      `lineageTag: ${lineageTag(pipeline, name)}`,
      "",
      ...column("Measure", "string", ["sortByColumn: Order"]),
      ...column("Order", "int64", ["isHidden"]),
      `partition ${nameTmdl(name)} = calculated`,
      ...indent([
        "mode: import",
        `source = DATATABLE("Measure", STRING, "Order", INTEGER, {${rows}})`,
      ]),
    ]),
  ]);
}
