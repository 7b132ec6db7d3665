/** A model over a modelled warehouse: which rows a run takes in is decided by the models' own code, the merge is by event id. */

import { type Marks, planRun, sourceKey } from "../../stages/models/ranges.ts";
import type { World } from "../world.ts";
import type { House, HouseFile, HouseRow, ModelTable } from "./house.ts";

export function modelName(stream: string): string {
  return `latest_${stream}`;
}

/** Runs a stream's model if there is anything new: rows, mark and row counts in one transaction. */
export async function runModel(world: World, house: House, stream: string): Promise<void> {
  const { file } = house;
  const table = tableOf(file, stream);
  const source = { name: stream, how: "new", stream } as const;
  const model = { kind: "incremental", hash: "", sources: [source] } as const;
  const key = sourceKey(source);
  const loads = file.ledger.filter(({ manifest }) => manifest.stream === stream);
  const newest = Math.max(0, ...loads.filter(({ rows }) => rows > 0).map(({ load }) => load));
  const marks: Marks = { hash: "", run: 0, positions: new Map([[key, table.position]]) };
  const range = planRun(model, marks, new Map([[key, newest]]))?.ranges.get(key);
  if (range === undefined) {
    return;
  }
  await house.pause();
  const rows = file.of(stream).filter(({ load }) => load > range.from && load <= range.to);
  const added = new Map(rows.map((row) => [eventIdOf(row), row]));
  const updated = [...added.keys()].filter((id) => table.rows.has(id)).length;
  const run = { model: modelName(stream), from: range.from, to: range.to, updated };
  await world.replace.modelCommit(
    [
      () => added.forEach((row, id) => table.rows.set(id, row)),
      () => void (table.position = range.to),
      () => file.runs.push({ ...run, inserted: added.size - updated }),
    ],
    () => house.pause(),
  );
  world.note(`model ${stream} ${range.from}..${range.to}`);
}

export function tableOf(file: HouseFile, stream: string): ModelTable {
  const table = file.models.get(stream) ?? { rows: new Map<string, HouseRow>(), position: 0 };
  file.models.set(stream, table);
  return table;
}

export function eventIdOf({ members }: HouseRow): string {
  return String(members["_event_id"]);
}
