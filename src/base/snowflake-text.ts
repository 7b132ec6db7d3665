/** Texts as they stand in Snowflake's SQL, for whoever writes statements for it. Pure. */

// https://docs.snowflake.com/en/sql-reference/data-types-text: a backslash begins an escape between single quotes.

/** A text between single quotes, whatever it holds. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** A block of statements as one text: readable between dollars, unless it holds these itself. */
export function quoteBlock(block: string): string {
  return block.includes("$$") ? quoteText(block) : `$$\n${block}\n$$`;
}
