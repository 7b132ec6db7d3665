/** Judges a user's SQL before it runs: one statement, that only reads, and reads tables only. */

import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  StatementType,
} from "@duckdb/node-api";
import { Fault, toFault } from "../../../../base/faults.ts";
import { quoteText } from "../quote.ts";
import type { JudgedTexts } from "./judged-texts.ts";

/** Table functions that make rows from nothing or from the catalog; every other one may read files. */
const FUNCTIONS_ALLOWED =
  /^(range|generate_series|unnest|repeat|repeat_row|json_each|json_tree|icu_calendar_names|pg_timezone_names|summary|show|describe|pragma_(table_info|show|version|database_size|storage_info|collations|user_agent|platform|show_tables|show_tables_expanded)|duckdb_(tables|columns|views|types|functions|keywords|schemas|databases|indexes|constraints|sequences|memory|temporary_files|settings|extensions|optimizers))$/;

/** Words before a SELECT that leave it one. */
const PREFIX = /^\s*(?:explain|describe|desc|summarize)\s+/i;
/** What has no syntax tree of its own, and names nothing but tables. */
const CATALOG_ONLY =
  /^\s*(?:show\s+(?:all\s+)?tables|show\s+databases|pragma\s+(?:table_info|show_tables|database_size|version)\b[^;]*)\s*;?\s*$/i;

/**
 * The statement, ready to bind and run. A query has four fences, each of which would do: this syntax check, the kind
 * of statement, a transaction that cannot write, and an engine that reaches no file outside the lake (connect.ts).
 * Throws QUERY_FAILED.
 */
export async function prepareRead(
  connection: DuckDBConnection,
  sql: string,
  judged: JudgedTexts,
): Promise<DuckDBPreparedStatement> {
  const extracted = await connection.extractStatements(sql);
  if (extracted.count !== 1) {
    throw refusal(`${extracted.count} statements instead of one`);
  }
  if (!judged.knows(sql)) {
    await checkSyntax(connection, sql);
    judged.note(sql);
  }
  const prepared = await extracted.prepare(0);
  const kind = prepared.statementType;
  if (kind !== StatementType.SELECT && kind !== StatementType.EXPLAIN) {
    prepared.destroySync();
    throw refusal(`${StatementType[kind]} is not a query`);
  }
  return prepared;
}

async function checkSyntax(connection: DuckDBConnection, sql: string): Promise<void> {
  const bare = withoutLeadingComments(sql);
  if (CATALOG_ONLY.test(bare)) {
    return;
  }
  // Read as a table's name below, it would be judged as another statement than the one that runs.
  if (/^\s*pragma\b/i.test(bare)) {
    throw refusal("of PRAGMAs only those of the catalog are for queries");
  }
  const rest = bare.replace(PREFIX, "");
  if (rest !== bare && /^\s*(?:analy[sz]e\b|\()/i.test(rest)) {
    throw refusal("EXPLAIN ANALYZE runs what it explains");
  }
  const tree = (await syntaxOf(connection, rest)) ?? (await syntaxOf(connection, `FROM ${rest}`));
  if (tree === undefined) {
    throw refusal(
      "only SELECT, WITH, FROM, VALUES, SHOW, DESCRIBE, SUMMARIZE and EXPLAIN are queries",
    );
  }
  walk(tree);
}

/** The syntax tree; undefined for what is no SELECT. Errors of syntax are thrown as the engine words them. */
async function syntaxOf(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const reader = await connection.runAndReadAll(`SELECT json_serialize_sql(${quoteText(sql)})`);
  const text = reader.getRows()[0]?.[0];
  const tree = JSON.parse(String(text)) as { error: boolean };
  return tree.error ? undefined : tree;
}

/** Depth-first without recursion: a query may nest deeper than the stack. */
function walk(tree: unknown): void {
  const waiting: unknown[] = [tree];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== "object" || node === null) {
      continue;
    }
    judge(node as Readonly<Record<string, unknown>>);
    for (const child of Object.values(node)) {
      waiting.push(child);
    }
  }
}

function judge(node: Readonly<Record<string, unknown>>): void {
  if (node["type"] === "TABLE_FUNCTION") {
    const call = node["function"] as { function_name?: unknown } | undefined;
    const name = String(call?.function_name).toLowerCase();
    if (!FUNCTIONS_ALLOWED.test(name)) {
      throw refusal(`the table function ${name} is not for queries`);
    }
  }
  // A name with a dot, slash or colon inside quotes would be read as a file's name or address.
  if (node["type"] === "BASE_TABLE" && /[./\\:*?]/.test(String(node["table_name"]))) {
    throw refusal(`${String(node["table_name"])} is not a table`);
  }
}

function withoutLeadingComments(sql: string): string {
  return sql.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, "");
}

function refusal(cause: string): Fault {
  return new Fault("QUERY_FAILED", { cause });
}

/** What the engine says, as the fault of this seam. */
export function toQueryFault(thrown: unknown): unknown {
  return toFault(thrown, "QUERY_FAILED");
}
