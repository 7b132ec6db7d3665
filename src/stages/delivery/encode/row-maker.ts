/** From a record to the row it becomes: parsed, transformed, fitted to the columns. Knows no frame and no object. */

import { causeOf } from "../../../base/faults.ts";
import type { TransformContext } from "../../../define/stream.ts";
import type { StreamPlan } from "../../../plan/plan.ts";
import { toCsvRow } from "../lambda/csv-row.ts";
import { openFitter, type Unfit } from "./fit.ts";
import { parseEvent } from "./json.ts";

type Event = Readonly<Record<string, unknown>>;

export type Made =
  | {
      readonly kind: "row";
      /** A value per column, undefined for null. */
      readonly values: readonly unknown[];
      /** Members that are no columns, to be kept. */
      readonly unknown: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly kind: "dropped" }
  | ({ readonly kind: "failed" } & Unfit);

export interface RowMaker {
  /** The object that a record's text spells, or undefined when it spells none. */
  parse(text: string): Event | undefined;
  /** What becomes of an event by the pipeline's transform and columns. */
  ofEvent(event: Event | undefined, context: TransformContext): Made;
  /** What becomes of the data that a Lambda handler gave in a record's place. */
  ofAnswer(data: Buffer): Made;
}

export function openRowMaker(stream: StreamPlan): RowMaker {
  const { deliver, drift, row } = stream;
  const { transform, lambda } = deliver;
  const fitter = openFitter(row);

  function fit(event: Event): Made {
    const fitted = fitter.fit(event);
    if (fitted.kind === "unfit") {
      return { kind: "failed", ...fitted.unfit };
    }
    const unknown = drift.newField === "ignore" ? undefined : fitted.unknown;
    if (unknown !== undefined && drift.newField === "quarantine") {
      const [name = ""] = Object.keys(unknown);
      return { kind: "failed", path: `/${name}`, says: `${name} is not a column` };
    }
    return { kind: "row", values: fitted.values, unknown };
  }

  function ofRow(given: unknown): Made {
    if (isPromise(given)) {
      return failed("The transform must return a row, not a promise of one.");
    }
    if (given === undefined) {
      return { kind: "dropped" };
    }
    const isRow = typeof given === "object" && given !== null && !Array.isArray(given);
    return isRow
      ? fit(given as Event)
      : failed("The transform returned something that is not a row.");
  }

  return {
    // A user's function is promised numbers, whatever their length.
    parse: (text) => parseEvent(text, transform === undefined),
    ofEvent(event, context) {
      if (event === undefined) {
        return failed("The record is not a JSON object.");
      }
      if (transform === undefined) {
        return fit(event);
      }
      try {
        return ofRow(transform(event, context));
      } catch (thrown) {
        return failed(causeOf(thrown));
      }
    },
    ofAnswer(data) {
      const text = data.toString("utf8");
      if (lambda?.answers === "csv") {
        const given = toCsvRow(text, row);
        return typeof given === "string" ? failed(given) : fit(given);
      }
      const event = parseEvent(text, true);
      return event === undefined
        ? failed("The data of the answer is not one JSON object.")
        : fit(event);
    },
  };
}

function failed(says: string): Made {
  return { kind: "failed", path: "", says };
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
