/** Reads a loaded cut once more into tables of its own, asks about them beside the live ones, and forgets them. */

import { toFault } from "../../../../base/faults.ts";
import { type AuditAnswer, AUDITED } from "../../../../seams/audit.ts";
import { rowsOf } from "../client/transport.ts";
import { quoteName } from "../quote.ts";
import { toStatement } from "../query/words.ts";
import { LETTERS_TABLE } from "../schema.ts";
import { type CutToLoad, stepsOf } from "./load-cut.ts";

/** One script, whose temporary tables are gone with its session. Throws LOAD_FAILED, QUERY_FAILED. */
export async function auditCut(
  cut: Omit<CutToLoad, "into">,
  statements: readonly string[],
): Promise<AuditAnswer> {
  const steps = await stepsOf({ ...cut, into: AUDITED });
  const tables = [
    [AUDITED.rows, cut.stream.table],
    [AUDITED.letters, LETTERS_TABLE],
  ].map(
    ([name = "", like = ""]) =>
      `CREATE OR REPLACE TEMPORARY TABLE ${quoteName(name)} AS SELECT * FROM ${quoteName(like)} WHERE FALSE`,
  );
  // What differs is what an audit wants to know: the counts that make a load fail are left out.
  const before = steps.before.filter((statement) => !statement.startsWith("SELECT TO_NUMBER("));
  const asked = statements.map((statement) => toStatement(statement).sql);
  try {
    const script = [...tables, ...before, ...steps.inside, ...asked];
    const answers = await cut.transport.script(script, cut.running);
    const wanted = answers.slice(answers.length - statements.length);
    const all: AuditAnswer[number][] = [];
    for (const answer of wanted) {
      all.push(await rowsOf(answer));
    }
    return all;
  } catch (thrown) {
    throw toFault(thrown, "QUERY_FAILED");
  }
}
