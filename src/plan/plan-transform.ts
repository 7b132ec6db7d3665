/** A stream's transform → its plan: a function as it is, or a Lambda handler's file with all its settings. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { causeOf } from "../base/faults.ts";
import { lambdaFields } from "../define/fields.ts";
import { isLambdaHandler, type LambdaHandler } from "../define/lambda.ts";
import type { DeliverPlan, LambdaPlan } from "./plan.ts";
import { type Problems, refuseUnknown, settle } from "./settle.ts";

export interface TransformPlace {
  readonly path: string;
  readonly problems: Problems;
  /** Folder that a handler's file is relative to. */
  readonly folder: string;
}

export function planTransform(
  given: unknown,
  place: TransformPlace,
): Pick<DeliverPlan, "transform" | "lambda"> {
  const { path, problems } = place;
  if (given === undefined || typeof given === "function") {
    return { transform: given as DeliverPlan["transform"], lambda: undefined };
  }
  if (isLambdaHandler(given)) {
    const lambda = planLambda(given, { ...place, path: `${path}.transform` });
    return { transform: undefined, lambda };
  }
  problems.add(
    `${path}.transform`,
    "This is neither a function nor a Lambda handler.",
    'Write (event) => ({ … }), or lambdaHandler("./transform.mjs").',
  );
  return { transform: undefined, lambda: undefined };
}

/** The plan of a handler; undefined when its file cannot be read (problems tell why). */
export function planLambda(given: LambdaHandler, place: TransformPlace): LambdaPlan | undefined {
  const { path, problems, folder } = place;
  refuseUnknown(given.options, Object.keys(lambdaFields), place);
  const file = resolve(folder, given.file);
  try {
    const code = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
    return { ...settle(lambdaFields, given.options, place), file, code };
  } catch (thrown) {
    problems.add(
      path,
      `The handler's file cannot be read: ${causeOf(thrown)}.`,
      "Give its path relative to pipeline.ts.",
    );
    return undefined;
  }
}

const FUNCTION_NAME = /^[a-zA-Z0-9-_]{1,64}$/;

/** The pipeline's functions by name. */
export function planFunctions(
  given: Readonly<Record<string, LambdaHandler>> | undefined,
  { folder, problems }: Omit<TransformPlace, "path">,
): Readonly<Record<string, LambdaPlan>> {
  const planned: Record<string, LambdaPlan> = {};
  for (const [name, handler] of Object.entries(given ?? {})) {
    const path = `functions.${name}`;
    if (!FUNCTION_NAME.test(name)) {
      problems.add(path, "This is not a function's name.", "Use 1-64 of a-z A-Z 0-9 - _");
    }
    if (!isLambdaHandler(handler)) {
      problems.add(
        path,
        "A function is a Lambda handler.",
        'Write lambdaHandler("./handler.mjs").',
      );
      continue;
    }
    const plan = planLambda(handler, { path, problems, folder });
    if (plan !== undefined) {
      planned[name] = plan;
    }
  }
  return planned;
}
