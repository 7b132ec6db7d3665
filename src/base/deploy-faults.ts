/** Faults of the managed form: what keeps a plan from being made, deployed or removed. */

import type { FaultRow } from "./fault-row.ts";

/** `{name}` in a message or remedy is filled from the fault's facts. */
export const DEPLOY_FAULTS = {
  DEPLOY_UNFIT: {
    stage: "deploy",
    status: 500,
    retry: false,
    message: "The plan asks for {count} thing(s) that {target} does not have:\n{problems}",
    remedy: "Mend each line named above, then plan again.",
  },
  DEPLOY_TOOL_MISSING: {
    stage: "deploy",
    status: 500,
    retry: false,
    message: "Not installed, and needed for {wanted}: {tool}.",
    remedy: "Install it beside millrace: npm install --save-dev {tool}",
  },
  DEPLOY_FAILED: {
    stage: "deploy",
    status: 502,
    retry: true,
    message: "The {step} of stack {stack} failed: {cause}",
    remedy: "See the lines above; the same command goes on where it stopped.",
  },
  REHEARSAL_EMPTY: {
    stage: "deploy",
    status: 400,
    retry: false,
    message:
      "The rehearsal of {pipeline} took no event in and set {rejected} aside, so there are no sizes to reckon with.",
    remedy:
      "Give --sample FILE with real events, or --no-rehearsal; `millrace send FILE` tells why events are set aside.",
  },
  DEPLOY_UNCONFIRMED: {
    stage: "deploy",
    status: 400,
    retry: false,
    message: "Nothing was changed: {wanted} needs an explicit yes.",
    remedy: "Look at `millrace plan --target aws`, then run it again with {flag}.",
  },
  BENCH_REFUSED: {
    stage: "cli",
    status: 422,
    retry: false,
    message: "The bench's events are not taken by {stream}: {cause}",
    remedy: "Give real events with --sample FILE.",
  },
  BENCH_STOPPED: {
    stage: "cli",
    status: 499,
    retry: true,
    message: "The bench was stopped; its folder is deleted.",
    remedy: "Run it again, for as long as it takes: --seconds says how long.",
  },
  NOTHING_TO_READ: {
    stage: "runtime",
    status: 500,
    retry: false,
    message: "There are no tables to read: no pipeline has run on {path}.",
    remedy:
      "Name tables with --warehouse snowflake://ACCOUNT/DATABASE/SCHEMA, or a --data folder that has some.",
  },
  READ_ONLY: {
    stage: "gateway",
    status: 405,
    retry: false,
    message: "This place serves the read APIs alone; it takes no events.",
    remedy: "Send events where the pipeline's gateway is.",
  },
  REPORT_INVALID: {
    stage: "cli",
    status: 422,
    retry: false,
    message: "The report cannot be made: {cause}",
    remedy: "Name in the definition's report what the models make: `millrace query` shows it.",
  },
} as const satisfies Readonly<Record<string, FaultRow>>;
