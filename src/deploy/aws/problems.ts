/** What a plan may ask of the embedded engine and the managed services cannot do: told before anything is made. */

import type { Plan, Problem, StreamPlan } from "../../plan/plan.ts";
import { deployedStreams } from "../streams.ts";
import { nameOf } from "./site.ts";

const FIREHOSE_NAME_MAX = 64;
const LAMBDA_NAME_MAX = 64;
const LAMBDA_SUFFIX = "-transform".length;
const BUCKET_PREFIX_MAX = 63 - "-access-logs-123456789012-ap-southeast-2".length;

export function problemsOf(plan: Plan): readonly Problem[] {
  const problems = deployedStreams(plan).flatMap((stream) => problemsOfStream(plan, stream));
  if (plan.name.length > BUCKET_PREFIX_MAX) {
    problems.push({
      path: "name",
      says: `${plan.name} is too long for the names of buckets.`,
      remedy: `Use at most ${BUCKET_PREFIX_MAX} characters.`,
    });
  }
  return problems;
}

function problemsOfStream(plan: Plan, stream: StreamPlan): Problem[] {
  const { name, deliver, key, id } = stream;
  const path = `streams.${name}`;
  const found: Problem[] = [];
  const full = nameOf({ plan }, name).length;
  if (full > FIREHOSE_NAME_MAX || full + LAMBDA_SUFFIX > LAMBDA_NAME_MAX) {
    const says = `${nameOf({ plan }, name)} is too long for a name on AWS.`;
    const max = FIREHOSE_NAME_MAX - LAMBDA_SUFFIX;
    found.push({ path, says, remedy: `Pipeline and stream have at most ${max} letters together.` });
  }
  if (deliver.compression === "zstd") {
    found.push({
      path: `${path}.deliver.compression`,
      says: "Firehose has no zstd.",
      remedy: 'Use "gzip", or "snappy" with Parquet.',
    });
  }
  if (/\./.test(name)) {
    found.push({
      path,
      says: "A function's name on AWS has no dot.",
      remedy: "Use letters, digits, - and _ in the stream's name.",
    });
  }
  for (const [what, derived] of Object.entries({ key, id })) {
    if (derived?.kind === "function" && String(derived.of).includes("[native code]")) {
      found.push({
        path: `${path}.${what}`,
        says: "This function has no source to be packaged.",
        remedy: "Write it in pipeline.ts.",
      });
    }
  }
  return found;
}
