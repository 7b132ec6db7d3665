/** What a user's query may be: one statement that reads tables, and nothing that runs, writes or reads files. Pure. */

import { Fault } from "../../../../base/faults.ts";
import { type Statement, toStatement } from "./words.ts";

const READS = /^\s*(?:\(\s*)*(?:select|with|values|show|describe|desc|explain)\b/i;
/**
 * Functions of the system act on the account; a stage in FROM is files; a sequence moves when it is asked; and a result
 * that is scanned again belongs to whoever ran it.
 */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/\bsystem\s*\$/i, "functions of the system are not for queries"],
  [/@/, "files of a stage are not for queries"],
  [/\bnextval\b/i, "a sequence would move"],
  [/\bresult_scan\b/i, "results of other queries are not for queries"],
  [/\binto\b\s*:/i, "only tables are read"],
];

/**
 * The statement, ready to run. The last fence is the role: one that may only read makes Snowflake refuse the rest.
 * Throws QUERY_FAILED.
 */
export function readingOnly(sql: string, given: number): Statement {
  const statement = toStatement(sql);
  const bare = statement.bare.replace(/;\s*$/, "");
  if (bare.includes(";")) {
    throw refusal("several statements instead of one");
  }
  if (!READS.test(bare)) {
    throw refusal("only SELECT, WITH, VALUES, SHOW, DESCRIBE and EXPLAIN are queries");
  }
  const found = REFUSED.find(([pattern]) => pattern.test(bare));
  if (found !== undefined) {
    throw refusal(found[1]);
  }
  if (statement.placeholders !== given) {
    throw refusal(`it has ${statement.placeholders} parameters, and ${given} were given`);
  }
  return statement;
}

function refusal(cause: string): Fault {
  return new Fault("QUERY_FAILED", { cause });
}
