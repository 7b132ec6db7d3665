/** The fast way: one INSERT that reads the object with its exact types; refuses the object whole if one value is off. */

import { DELIVERED_COLUMNS, LOADED_COLUMNS } from "../../../../base/record.ts";
import { quoteName } from "../quote.ts";
import { readTyped, storedValue } from "./read-object.ts";
import { lineageValues, nameList, type Target } from "./target.ts";

/** Rows inserted. Throws the engine's error when a value does not fit; the transaction is over then. */
export async function loadTyped(target: Target): Promise<number> {
  const columns = [...target.object.row, ...DELIVERED_COLUMNS];
  const names = nameList([...columns, ...LOADED_COLUMNS]);
  const values = columns.map(storedValue).join(", ");
  const lineage = lineageValues(target, "row_number() OVER ()");
  const result = await target.connection.run(
    `INSERT INTO ${quoteName(target.table)} (${names}) SELECT ${values}, ${lineage} FROM ${readTyped(target.object)}`,
  );
  return result.rowsChanged;
}

/** Letters that the transform set aside; they have no place in a log, so that their id and arrival stand in. */
export async function loadFailed(target: Target): Promise<number> {
  const { row } = target.object;
  const values = DELIVERED_COLUMNS.map((column) => {
    const stored = storedValue(column);
    if (column.name === "_event_id") {
      return `coalesce(${stored}, "id")`;
    }
    return column.name === "_accepted_at"
      ? `coalesce(${stored}, CAST("received_at" AS TIMESTAMP))`
      : stored;
  });
  const names = nameList([...row, ...DELIVERED_COLUMNS, ...LOADED_COLUMNS]);
  const all = [...row.map(storedValue), ...values, lineageValues(target, "row_number() OVER ()")];
  const result = await target.connection.run(
    `INSERT INTO ${quoteName(target.table)} (${names}) SELECT ${all.join(", ")} FROM ${readTyped(target.object)}`,
  );
  return result.rowsChanged;
}
