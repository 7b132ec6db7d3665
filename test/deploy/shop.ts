/** For tests: the shop's plan and its template, with Lambdas that are empty files. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Synthesised, synthesise } from "../../src/deploy/aws/synthesise.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";

export const SHOP = join(import.meta.dirname, "shop");

export interface Made extends Disposable {
  readonly plan: Plan;
  readonly synthesised: Synthesised;
}

export async function synthesiseShop(change: (plan: Plan) => Plan = (plan) => plan): Promise<Made> {
  const plan = change(await loadPlan(SHOP));
  const folder = mkdtempSync(join(tmpdir(), "millrace-deploy-"));
  const code = (kind: string, stream: string): string => {
    const at = join(folder, `${stream}-${kind}`);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "index.mjs"), "export const handler = async () => ({});\n");
    return at;
  };
  const synthesised = synthesise(plan, { code, out: join(folder, "assembly") });
  return {
    plan,
    synthesised,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
