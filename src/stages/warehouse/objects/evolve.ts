/** Decides what becomes of fields the schema does not know: a column of their own, or their place in `_extra`. Pure. */

import type { ColumnType } from "../../../base/record.ts";

/** Fields of one stream that may become columns over all time; a client that invents names cannot go past it. */
export const DISCOVERED_COLUMNS_MAX = 500;
const NAME_CHARS_MAX = 255;

/** A member of the event that is moved into a column. */
export interface Move {
  readonly member: string;
  readonly column: string;
  readonly type: ColumnType;
}

export interface Evolution {
  /** Columns to add to the table first. */
  readonly adds: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly moves: readonly Move[];
  /** Members that cannot be columns: their values stay in `_extra`. */
  readonly stays: readonly string[];
}

export interface EvolveInput {
  readonly discovered: Readonly<Record<string, ColumnType>>;
  /** Columns the plan gives the table. */
  readonly planned: ReadonlySet<string>;
  /** Columns the table has now, with their types where Millrace knows them. */
  readonly table: readonly { readonly name: string; readonly type: ColumnType | undefined }[];
}

export function planEvolution({ discovered, planned, table }: EvolveInput): Evolution {
  const reserved = new Set([...planned].map((name) => name.toLowerCase()));
  const columns = new Map(table.map((column) => [column.name.toLowerCase(), column]));
  let room = DISCOVERED_COLUMNS_MAX - (table.length - reserved.size);
  const adds: { name: string; type: ColumnType }[] = [];
  const moves: Move[] = [];
  const stays: string[] = [];
  for (const [member, type] of Object.entries(discovered)) {
    const folded = member.toLowerCase();
    const has = columns.get(folded);
    // SQL folds case: `Price` beside `price` can have no column, and one column never mixes two members.
    const own = has !== undefined && has.name === member && has.type !== undefined;
    if (own && !reserved.has(folded)) {
      moves.push({ member, column: member, type: has.type });
    } else if (has === undefined && !reserved.has(folded) && isName(member) && room > 0) {
      room -= 1;
      adds.push({ name: member, type });
      moves.push({ member, column: member, type });
      columns.set(folded, { name: member, type });
    } else {
      stays.push(member);
    }
  }
  return { adds, moves, stays };
}

function isName(member: string): boolean {
  // The engine's own columns begin with an underscore, now and in later versions.
  return (
    member !== "" &&
    member.length <= NAME_CHARS_MAX &&
    !member.startsWith("_") &&
    !/\p{Cc}/u.test(member)
  );
}
