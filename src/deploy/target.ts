/** A plan for a target: what would change there, written down so that it can be taken away. Offline. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolderNow } from "../base/make-folder.ts";
import type { Plan } from "../plan/plan.ts";
import { deployedFile, deployedStatements } from "./aws/apply/deploy.ts";
import { diffTemplates, type TemplateDiff } from "./aws/diff.ts";
import { synthesise, type Template } from "./aws/synthesise.ts";
import { bucketsOf } from "./snowflake/names.ts";
import { head } from "./snowflake/changes.ts";
import { snowflakeFiles, type SqlFile, sqlText } from "./snowflake/statements.ts";

export interface TargetPlan {
  readonly stack: string;
  /** The template it was compared with; undefined where nothing was ever deployed from here. */
  readonly before: string | undefined;
  readonly diff: TemplateDiff;
  /** Lines of the difference in Snowflake's statements, each with its mark. */
  readonly ddl: readonly string[];
  /** What was written. */
  readonly files: readonly string[];
}

/** Throws DEPLOY_UNFIT. The Lambdas are not bundled: their code is no part of what people compare. */
export async function planTarget(plan: Plan, out: string): Promise<TargetPlan> {
  const scratch = mkdtempSync(join(tmpdir(), "millrace-plan-"));
  try {
    const code = (kind: string, stream: string): string => {
      const folder = join(scratch, `${stream}-${kind}`);
      makeFolderNow(folder);
      writeFileSync(join(folder, "index.mjs"), "");
      return folder;
    };
    const made = synthesise(plan, { code, out: join(scratch, "assembly") });
    makeFolderNow(out);
    const file = join(out, `${made.stack}.template.json`);
    writeFileSync(file, `${JSON.stringify(made.template, undefined, 2)}\n`);
    const old = deployedSql(out);
    const sql = await snowflakeFiles(plan, bucketsOf(plan), old);
    const before = deployedFile(out);
    const was = existsSync(before) ? readTemplate(before) : undefined;
    return {
      stack: made.stack,
      before: was === undefined ? undefined : before,
      diff: diffTemplates(withoutCode(was), withoutCode(made.template) ?? { Resources: {} }),
      ddl: diffStatements(old, sql),
      files: [file, ...writeSql(plan, join(out, "snowflake"), sql)],
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The statements that the last deploy from this folder left there. */
function deployedSql(out: string): readonly string[] {
  const file = deployedStatements(out);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
}

function writeSql(plan: Plan, folder: string, files: readonly SqlFile[]): string[] {
  makeFolderNow(folder);
  return files.map((one) => {
    const path = join(folder, one.name);
    writeFileSync(path, sqlText(plan, one));
    return path;
  });
}

/** By what each statement makes: its first words up to the name. */
function diffStatements(before: readonly string[], files: readonly SqlFile[]): string[] {
  const after = files.filter(({ lasting }) => lasting).flatMap(({ statements }) => statements);
  const was = new Map(before.map((statement) => [head(statement), statement]));
  const is = new Map(after.map((statement) => [head(statement), statement]));
  return [
    ...[...is].flatMap(([name, statement]) => {
      const old = was.get(name);
      if (old === undefined) {
        return [`  + ${name}`];
      }
      return old === statement ? [] : [`  ~ ${name}`];
    }),
    ...[...was.keys()].filter((name) => !is.has(name)).map((name) => `  - ${name}`),
  ];
}

function readTemplate(file: string): Template {
  return JSON.parse(readFileSync(file, "utf8")) as Template;
}

/** The hash of a Lambda's code changes with every line of it; here only what stands around it is compared. */
function withoutCode(template: Template | undefined): Template | undefined {
  return template === undefined
    ? undefined
    : (JSON.parse(
        JSON.stringify(template).replaceAll(/[0-9a-f]{64}\.zip/g, "code.zip"),
      ) as Template);
}
