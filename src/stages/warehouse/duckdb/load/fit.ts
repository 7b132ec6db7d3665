/** SQL that asks of a text whether it fits a column's type, and gives the value if so, else NULL. Pure. */

import type { ColumnType } from "../../../../base/record.ts";

/** `text` is an expression without side effects; it may be written several times. */
export function fitted(text: string, type: ColumnType): string {
  switch (type) {
    case "text":
      return text;
    case "integer":
      // A plain cast would round 1.5 to 2.
      return `CASE WHEN TRY_CAST(${text} AS DECIMAL(38, 10)) = TRY_CAST(${text} AS BIGINT)
        THEN TRY_CAST(${text} AS BIGINT) END`;
    case "number":
      // The engine reads "nan" and "inf" as numbers; JSON does not.
      return `CASE WHEN regexp_matches(${text}, '^[-+.0-9]') THEN TRY_CAST(${text} AS DOUBLE) END`;
    case "boolean":
      return `CASE ${text} WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case "date":
      return `CASE WHEN length(${text}) = 10 THEN TRY_CAST(${text} AS DATE) END`;
    case "timestamp":
      return `CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)`;
    case "json":
      return `CASE WHEN json_valid(${text}) THEN CAST(${text} AS JSON) END`;
  }
}
