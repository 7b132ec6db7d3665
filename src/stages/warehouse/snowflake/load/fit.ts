/** SQL that asks of a text whether it fits a column's type, and gives the value if so, else NULL. Pure. */

import type { ColumnType } from "../../../../base/record.ts";

/** Whole numbers are those of 64 bits, as everywhere else in the journey. */
const WHOLE_MAX = "9223372036854775807";

/** `text` is an expression without side effects; it may be written several times. */
export function fitted(text: string, type: ColumnType): string {
  switch (type) {
    case "text":
      return text;
    case "integer":
      // A cast to a whole number alone would round 1.5 to 2.
      return `CASE WHEN TRY_CAST(${text} AS NUMBER(38, 10)) = TRY_CAST(${text} AS NUMBER(38, 0))
        AND ABS(TRY_CAST(${text} AS NUMBER(38, 0))) <= ${WHOLE_MAX}
        THEN TRY_CAST(${text} AS NUMBER(38, 0)) END`;
    case "number":
      // Snowflake reads "nan" and "inf" as numbers; JSON does not.
      return `CASE WHEN REGEXP_LIKE(${text}, '[-+.0-9].*') THEN TRY_CAST(${text} AS DOUBLE) END`;
    case "boolean":
      return `CASE ${text} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END`;
    case "date":
      // Left to itself Snowflake takes 01/02/2026 for a date too.
      return `TRY_TO_DATE(${text}, 'YYYY-MM-DD')`;
    case "timestamp":
      return `CONVERT_TIMEZONE('UTC', TRY_CAST(${text} AS TIMESTAMP_TZ))::TIMESTAMP_NTZ(9)`;
    case "json":
      return `TRY_PARSE_JSON(${text})`;
  }
}
