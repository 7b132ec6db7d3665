/** Snowflake's names for what DuckDB calls otherwise, so that a model's text runs on both. */

const MACROS: Readonly<Record<string, string>> = {
  "date_from_parts(y, m, d)": "make_date(y::BIGINT, m::BIGINT, d::BIGINT)",
  "iff(condition, yes, no)": "CASE WHEN condition THEN yes ELSE no END",
  "nvl(value, other)": "coalesce(value, other)",
  "nvl2(value, yes, no)": "CASE WHEN value IS NOT NULL THEN yes ELSE no END",
  "zeroifnull(value)": "coalesce(value, 0)",
  "nullifzero(value)": "nullif(value, 0)",
  "equal_null(a, b)": "a IS NOT DISTINCT FROM b",
  "div0(a, b)": "CASE WHEN b = 0 THEN 0 ELSE a / b END",
  "to_date(value)": "CAST(value AS DATE)",
  "try_to_date(value)": "TRY_CAST(value AS DATE)",
  "try_to_timestamp(value)": "TRY_CAST(TRY_CAST(value AS TIMESTAMPTZ) AS TIMESTAMP)",
  "to_double(value)": "CAST(value AS DOUBLE)",
  "try_to_double(value)": "TRY_CAST(value AS DOUBLE)",
  "try_to_boolean(value)": "TRY_CAST(value AS BOOLEAN)",
  "to_varchar(value)": "CAST(value AS VARCHAR)",
  "dateadd(part, amount, value)": `CASE lower(part) WHEN 'year' THEN value + to_years(amount::INTEGER)
     WHEN 'quarter' THEN value + to_months(3 * amount::INTEGER)
     WHEN 'month' THEN value + to_months(amount::INTEGER)
     WHEN 'week' THEN value + to_days(7 * amount::INTEGER)
     WHEN 'day' THEN value + to_days(amount::INTEGER)
     WHEN 'hour' THEN value + to_hours(amount::BIGINT)
     WHEN 'minute' THEN value + to_minutes(amount::BIGINT)
     WHEN 'second' THEN value + to_seconds(amount::BIGINT) END`,
  "startswith(value, start)": "starts_with(value, start)",
  "endswith(value, ending)": "suffix(value, ending)",
  "charindex(part, value)": "strpos(value, part)",
  "regexp_like(value, pattern)": "regexp_full_match(value, pattern)",
  "array_size(list)": "len(list)",
  "get_path(value, path)": "json_extract_string(value, '$' || path)",
  "square(value)": "value * value",
  "md5_number_lower64(value)": "CAST('0x' || substr(md5(value), 17) AS UBIGINT)",
};

/** Statements that make the macros; each may run again. */
export function macroStatements(): readonly string[] {
  return Object.entries(MACROS).map(([head, body]) => `CREATE OR REPLACE MACRO ${head} AS ${body}`);
}
