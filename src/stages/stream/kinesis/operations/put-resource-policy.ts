/** PutResourcePolicy: recorded; who may call is a matter of the access keys. */

import { invalidArgument } from "../faults.ts";
import { findResource } from "../resources/resource.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly ResourceARN: string;
  readonly Policy: string;
}

/** AWS's own limit for a policy. */
const POLICY_CHARS_MAX = 20_480;

export const putResourcePolicy = operation<Input>("PutResourcePolicy", ({ catalog }, input) => {
  const resource = findResource(catalog, input.ResourceARN);
  if (input.Policy.length > POLICY_CHARS_MAX || !isObject(input.Policy)) {
    throw invalidArgument("The policy is not a JSON object, or it is too long.");
  }
  resource.save({ policy: input.Policy });
  return undefined;
});

function isObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
