/** A plan for a target: what would change there, written down so that it can be taken away. Offline. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../plan/plan.ts";
import { deployedFile } from "./aws/apply/deploy.ts";
import { diffTemplates, type TemplateDiff } from "./aws/diff.ts";
import { synthesise, type Template } from "./aws/synthesise.ts";

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
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "index.mjs"), "");
      return folder;
    };
    const made = synthesise(plan, { code, out: join(scratch, "assembly") });
    mkdirSync(out, { recursive: true });
    const file = join(out, `${made.stack}.template.json`);
    writeFileSync(file, `${JSON.stringify(made.template, undefined, 2)}\n`);
    const before = deployedFile(out);
    const was = existsSync(before) ? readTemplate(before) : undefined;
    return {
      stack: made.stack,
      before: was === undefined ? undefined : before,
      diff: diffTemplates(withoutCode(was), withoutCode(made.template) ?? { Resources: {} }),
      ddl: [],
      files: [file],
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
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
