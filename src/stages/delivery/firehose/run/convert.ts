/** JSON records → rows of a table, as Firehose's conversion reads them. Pure. */

import { openFitter } from "../../encode/fit.ts";
import { parseEvent } from "../../encode/json.ts";
import type { Conversion } from "../config/destination.ts";
import type { FailedItem, Item } from "./records.ts";

export type Converted =
  | { readonly kind: "row"; readonly values: readonly unknown[] }
  | { readonly kind: "failed"; readonly failed: FailedItem };

export interface Converter {
  convert(item: Item, now: number): Converted;
}

export function openConverter(conversion: Conversion): Converter {
  const { columns, caseInsensitive, dotsToUnderscores, members, table } = conversion;
  // Nothing is required of a Glue table's column: what a record lacks is null.
  const fitter = openFitter(columns.map((column) => ({ ...column, nullable: true })));
  const fold = (name: string): string => (caseInsensitive ? name.toLowerCase() : name);
  const columnOf = new Map(columns.map(({ name }) => [fold(members[name] ?? name), name]));

  function rename(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const entries = Object.entries(event).flatMap(([name, value]): [string, unknown][] => {
      const spelled = dotsToUnderscores ? name.replaceAll(".", "_") : name;
      const column = columnOf.get(fold(spelled));
      return column === undefined ? [] : [[column, value]];
    });
    return Object.fromEntries(entries);
  }

  return {
    convert(item, now) {
      const event = parseEvent(item.data.toString("utf8"), true);
      if (event === undefined) {
        const message = "The record is not one JSON object.";
        return failed(item, now, { code: "DataFormatConversion.ParseError", message, table });
      }
      const fitted = fitter.fit(rename(event));
      if (fitted.kind === "unfit") {
        const message = fitted.unfit.says;
        return failed(item, now, { code: "DataFormatConversion.MalformedData", message, table });
      }
      return { kind: "row", values: fitted.values };
    },
  };
}

function failed(
  { source }: Item,
  now: number,
  why: { readonly code: string; readonly message: string; readonly table: object },
): Converted {
  const line = {
    attemptsMade: 1,
    arrivalTimestamp: source.arrivedAt,
    lastErrorCode: why.code,
    lastErrorMessage: why.message,
    attemptEndingTimestamp: now,
    rawData: source.data.toString("base64"),
    ...(source.kinesis && {
      sequenceNumber: source.kinesis.sequenceNumber,
      subSequenceNumber: source.kinesis.subsequenceNumber,
    }),
    dataCatalogTable: why.table,
  };
  return {
    kind: "failed",
    failed: { type: "format-conversion-failed", arrivedAt: source.arrivedAt, line },
  };
}
