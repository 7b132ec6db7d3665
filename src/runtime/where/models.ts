/** What a model made of one record: its rows, the run that made them, or what it waits for. */

import type { ModelMeter } from "../../seams/meter.ts";
import type { Cell, ResultSet } from "../../seams/query.ts";
import type { Journey } from "../journey.ts";
import { toStep, type Place, type Step } from "./way.ts";

interface Loaded {
  readonly id: string;
  readonly place: Place;
  readonly load: number;
  readonly superseded: boolean;
}

type NamedModel = ModelMeter & { readonly name: string };

const ROW_CHARS_MAX = 240;

/** Undefined where the model does not tell which event a row comes from, or was never meant to see it. */
export async function modelStep(
  journey: Journey,
  model: NamedModel,
  loaded: Loaded,
): Promise<Step | undefined> {
  const { name, load, streams, trouble } = model;
  const columns = await columnsOf(journey, name);
  if (!columns.has("_event_id")) {
    return undefined;
  }
  const { rows, first } = await rowsOf(journey, name, { loaded, columns });
  if (streams.length === 0 && rows === 0) {
    return undefined;
  }
  if (load < loaded.load) {
    const says = `${name} has not run since${trouble === undefined ? "" : `: ${trouble.message}`}`;
    return { stage: "modelled", state: "waiting", says, facts: { model: name, rows } };
  }
  const newer = rows === 0 && loaded.superseded ? "; a newer record of this id stands there" : "";
  const shown = first === undefined ? "" : `: ${first}`;
  const says = `${rows} row(s) of ${name} come from it${newer}${shown}`;
  const facts = { model: name, rows, ...(first === undefined ? {} : { row: first }) };
  const at = await finishedAt(journey, name, loaded.load);
  return toStep({ stage: "modelled", state: "done", says, facts }, at);
}

/** None for a model that has never run. */
async function columnsOf(journey: Journey, model: string): Promise<ReadonlySet<string>> {
  const sql =
    "SELECT lower(column_name) FROM information_schema.columns WHERE table_schema = current_schema() AND lower(table_name) = ?";
  const { rows } = await journey.query.run(sql, { params: [model] });
  return new Set(rows.map(([name]) => String(name)));
}

async function rowsOf(
  journey: Journey,
  model: string,
  { loaded, columns }: { readonly loaded: Loaded; readonly columns: ReadonlySet<string> },
): Promise<{ readonly rows: number; readonly first: string | undefined }> {
  const { id, place } = loaded;
  // Where the model hands the place through, revisions of one id are told apart.
  const placed = columns.has("_shard") && columns.has("_sequence");
  const where = placed ? "_event_id = ? AND _shard = ? AND _sequence = ?" : "_event_id = ?";
  const params = placed ? [id, place.shard, place.sequence] : [id];
  const from = `FROM "${model.replaceAll('"', '""')}" WHERE ${where}`;
  const counted = await journey.query.run(`SELECT count(*) ${from}`, { params });
  const shown = await journey.query.run(`SELECT * ${from} LIMIT 1`, { params });
  return { rows: Number(counted.rows[0]?.[0] ?? 0), first: showRow(shown) };
}

/** The first row's own columns, for people. */
function showRow({ columns, rows }: ResultSet): string | undefined {
  const row = rows[0];
  if (row === undefined) {
    return undefined;
  }
  const cells = columns.flatMap(({ name }, index): string[] =>
    name.startsWith("_") ? [] : [`${name} ${showCell(row[index] ?? null)}`],
  );
  const text = cells.join(", ");
  return text.length > ROW_CHARS_MAX ? `${text.slice(0, ROW_CHARS_MAX)}…` : text;
}

function showCell(cell: Cell): string {
  return cell === null ? "null" : String(cell);
}

/** When the first run that took the load in was over. */
async function finishedAt(journey: Journey, model: string, load: number): Promise<Cell> {
  const sql = "SELECT min(finished) FROM row_counts WHERE model = ? AND load_to >= ?";
  const { rows } = await journey.query.run(sql, { params: [model, load] });
  return rows[0]?.[0] ?? null;
}
