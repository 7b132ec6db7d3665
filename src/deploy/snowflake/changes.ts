/** What IF NOT EXISTS leaves as it was: statements that bring tables and pipes of the last deploy to what the plan says now. Pure. */

/** What a statement makes: its first line. */
export function head(statement: string): string {
  return (statement.split("\n")[0] ?? "").replace(/\s*\(?$/, "");
}

const MADE = /^CREATE (TABLE|PIPE) IF NOT EXISTS (\S+)/;

/** By what each statement makes, of those that both have and that differ; nothing where nothing was deployed. */
export function changeStatements(before: readonly string[], after: readonly string[]): string[] {
  const was = new Map(before.map((statement) => [head(statement), statement]));
  return after.flatMap((statement) => {
    const old = was.get(head(statement));
    const [, kind, name = ""] = MADE.exec(statement) ?? [];
    if (old === undefined || old === statement || kind === undefined) {
      return [];
    }
    return kind === "TABLE" ? tableChanges(name, old, statement) : pipeChange(name, statement);
  });
}

function tableChanges(table: string, old: string, statement: string): string[] {
  const [was, is] = [columnsOf(old), columnsOf(statement)];
  const more = [...is].flatMap(([column, type]): string[] => {
    const before = was.get(column);
    if (before === undefined) {
      // Rows that are there have none: NOT NULL would be refused.
      const free = type.replace(/ NOT NULL$/, "");
      return [`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column} ${free}`];
    }
    return before === type ? [] : retyped(table, column, { before, type });
  });
  const less = [...was].flatMap(([column, type]) =>
    !is.has(column) && type.endsWith(" NOT NULL") ? [optional(table, column)] : [],
  );
  return [...more, ...less];
}

function retyped(
  table: string,
  column: string,
  { before, type }: { readonly before: string; readonly type: string },
): string[] {
  if (before === `${type} NOT NULL`) {
    return [optional(table, column)];
  }
  const note = `-- ${table}: ${column} was ${before} and would be ${type}. It stays: name the new one otherwise, or copy the table by hand.`;
  return [`${note}\nSELECT COUNT(*) FROM ${table}`];
}

function optional(table: string, column: string): string {
  return `ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`;
}

/** Column → its type, of the lines between the parentheses. */
function columnsOf(statement: string): ReadonlyMap<string, string> {
  const lines = statement.split("\n").slice(1, -1);
  return new Map(
    lines.map((line) => {
      const [, column = "", type = ""] = /^\s*("(?:[^"]|"")*"|\S+) (.*?),?$/.exec(line) ?? [];
      return [column, type];
    }),
  );
}

/**
 * A pipe is replaced, not changed, and the new one has no history: what is queued must be loaded before, and nothing that
 * was loaded may be refreshed after.
 */
function pipeChange(pipe: string, statement: string): string[] {
  const again = statement.replace("CREATE PIPE IF NOT EXISTS", "CREATE OR REPLACE PIPE");
  return [
    `ALTER PIPE ${pipe} SET PIPE_EXECUTION_PAUSED = TRUE`,
    `-- Resume it and wait where pendingFileCount is not 0: a new pipe does not know of what was queued.\nSELECT SYSTEM$PIPE_STATUS('${pipe}')`,
    again,
  ];
}
