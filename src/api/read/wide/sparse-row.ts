/** A row without its nulls: of a row of hundreds of columns few cells are there. Pure. */

import type { Cell } from "../../../seams/query.ts";

export interface SparseRow {
  /** The column of each cell. */
  readonly columns: Uint16Array;
  readonly cells: readonly Cell[];
}

/** What a row and a cell hold beside a text's characters, estimated from above. */
const [ROW_BYTES, CELL_BYTES] = [200, 26];

export function toSparse(row: readonly Cell[]): SparseRow {
  const columns: number[] = [];
  const cells: Cell[] = [];
  for (const [at, cell] of row.entries()) {
    if (cell !== null) {
      columns.push(at);
      cells.push(cell);
    }
  }
  return { columns: Uint16Array.from(columns), cells };
}

/** `places` has each column's place in the new row; undefined for one that it leaves out. */
export function toDense(
  { columns, cells }: SparseRow,
  places: readonly (number | undefined)[],
  length: number,
): Cell[] {
  const row: Cell[] = Array.from({ length }, () => null);
  for (const [at, cell] of cells.entries()) {
    const place = places[columns[at] ?? 0];
    if (place !== undefined) {
      row[place] = cell;
    }
  }
  return row;
}

export function sparseBytes(row: SparseRow | undefined): number {
  const texts = row?.cells.reduce<number>(
    (sum, cell) => sum + CELL_BYTES + (typeof cell === "string" ? cell.length : 0),
    ROW_BYTES,
  );
  return texts ?? 8;
}
