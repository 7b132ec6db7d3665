/** Columns that line up. */

import { padEnd, padStart, widthOf } from "./text.ts";

export type Side = "left" | "right";

/** Lines of the rows with two spaces between columns; cells may be coloured. */
export function alignRows(rows: readonly (readonly string[])[], sides: readonly Side[]): string[] {
  return layRows(rows, { sides, widths: widthsOf(rows) });
}

export interface Layout {
  readonly sides: readonly Side[];
  readonly widths: readonly number[];
}

/** The widest cell of each column. */
export function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    }
  }
  return widths;
}

/** Lines of the rows by a layout that is already known; a wider cell pushes what follows it to the right. */
export function layRows(rows: readonly (readonly string[])[], { sides, widths }: Layout): string[] {
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const pad = sides[column] === "right" ? padStart : padEnd;
        return pad(cell, widths[column] ?? 0);
      })
      .join("  ")
      .trimEnd(),
  );
}
