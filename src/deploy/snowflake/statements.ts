/** The Snowflake side of a Plan as SQL: numbered files of statements, to be read, changed and run by hand. */

import { Fault } from "../../base/faults.ts";
import type { Plan } from "../../plan/plan.ts";
import { readModelFolder, toGraph } from "../../stages/models/reading.ts";
import { deployedStreams } from "../streams.ts";
import { accountStatements, integrationStatements } from "./account.ts";
import { changeStatements } from "./changes.ts";
import { modelStatements } from "./models.ts";
import { type Buckets, type Names, namesOf } from "./names.ts";
import { pipeName, pipeStatements, stageStatements } from "./pipes.ts";
import { rawTable, standingTables } from "./tables.ts";

export interface SqlFile {
  readonly name: string;
  /** What the file is for, in a sentence. */
  readonly says: string;
  /** Who runs it. */
  readonly role: string;
  /** Whether its statements make something; else they only look. */
  readonly lasting: boolean;
  readonly statements: readonly string[];
}

const LOOK = "06_look";
const CHANGE = "07_change";

/** `before` is what the last deploy said. Throws MODEL_INVALID when a model's file is not right. */
export async function snowflakeFiles(
  plan: Plan,
  buckets: Buckets,
  before: readonly string[] = [],
): Promise<readonly SqlFile[]> {
  const names = namesOf(plan);
  const streams = deployedStreams(plan);
  const { owner } = names;
  const files = [
    file(
      "01_account",
      "database, warehouse, roles",
      "ACCOUNTADMIN",
      accountStatements(plan, names),
    ),
    file(
      "02_integration",
      "the way into the buckets; its last statement names the user that the AWS role must trust",
      "ACCOUNTADMIN",
      integrationStatements(names, buckets),
    ),
    file("03_tables", "raw tables, dead letters, row counts", owner, [
      ...streams.map((stream) => rawTable(names, stream)),
      ...standingTables(names),
    ]),
    file("04_pipes", "stages, file formats, and a pipe per stream", owner, [
      ...stageStatements(names, buckets),
      ...pipeStatements(plan, names, streams),
    ]),
    file("05_models", "the pipeline's models", owner, await modelFiles(plan, names)),
    file(LOOK, "what the pipes and models are doing", owner, looks(plan, names)),
  ];
  const changes = changeStatements(
    before,
    files.filter(({ lasting }) => lasting).flatMap(({ statements }) => statements),
  );
  return changes.length === 0
    ? files
    : [...files, file(CHANGE, "what IF NOT EXISTS would leave as it was", owner, changes)];
}

type Told = readonly [says: string, role: string, statements: readonly string[]];

function file(name: string, ...[says, role, statements]: Told): SqlFile {
  return { name: `${name}.sql`, says, role, lasting: name !== LOOK && name !== CHANGE, statements };
}

async function modelFiles(plan: Plan, names: Names): Promise<string[]> {
  if (plan.models === undefined) {
    return [];
  }
  const { files, faults } = await readModelFolder(plan.models.folder);
  const tables = new Map(plan.streams.map(({ name, table }) => [table, name]));
  const graph = toGraph(files, { tables, snippets: plan.models.snippets });
  const [fault] = [...faults.values(), ...graph.faults.values()];
  if (fault instanceof Fault) {
    throw fault;
  }
  return graph.models.flatMap((model) => modelStatements(plan, names, model));
}

function looks(plan: Plan, { raw, clean }: Names): string[] {
  const pipes = deployedStreams(plan).map(({ name }) => `${raw}.${pipeName(name)}`);
  return [
    ...pipes.map((pipe) => `SELECT SYSTEM$PIPE_STATUS('${pipe}')`),
    `SHOW PIPES IN SCHEMA ${raw}`,
    ...deployedStreams(plan).map(
      ({ table }) =>
        "SELECT * FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(\n" +
        `  TABLE_NAME => '${raw}.${table}', START_TIME => DATEADD(HOUR, -24, CURRENT_TIMESTAMP())))`,
    ),
    // Notifications that were lost: what lies in the bucket and was not loaded is queued again.
    ...pipes.map((pipe) => `ALTER PIPE ${pipe} REFRESH`),
    `SELECT * FROM ${clean}.ROW_COUNTS ORDER BY finished DESC LIMIT 20`,
  ];
}

export function sqlText(plan: Plan, { name, says, role, statements }: SqlFile): string {
  const head = `-- ${plan.name}, plan ${plan.hash}: ${says}.\n-- Run as ${role}: snow sql -f ${name}`;
  const body = statements.map((statement) => `${statement};`).join("\n\n");
  return `${head}\n\nUSE ROLE ${role};\n\n${body}\n`;
}
