/** Finds every record of an id: its rows, what the door knows, and what lies in the log and is no row yet. */

import { toInstant } from "../../base/clock.ts";
import { fromAssignedId, type Sequence, type ShardNumber } from "../../base/record.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Frame } from "../../seams/consume.ts";
import type { StreamStatus } from "../../seams/status.ts";
import type { Journey } from "../journey.ts";
import { idInFrame } from "./event-id.ts";
import type { Place } from "./way.ts";

export interface FoundPlaces {
  /** Oldest first. */
  readonly places: readonly Place[];
  /** Where the search stopped before its end. */
  readonly searched: string | undefined;
}

/** Records that are told of an id, the newest. */
const PLACES_MAX = 20;
/** How much of a log's end that is not loaded is read for an id. */
const TAIL_BYTES_MAX = 64 * 1_048_576;
const READ_BYTES = 4 * 1_048_576;

export async function findPlaces(journey: Journey, id: string): Promise<FoundPlaces> {
  const assigned = await findAssigned(journey, id);
  if (assigned !== undefined) {
    return { places: [assigned], searched: undefined };
  }
  const found = new Map<string, Place>();
  // Rows last: the same record with its row says more.
  const tails = await findInTails(journey, id);
  const known = await findKnown(journey, id);
  for (const place of [...tails.places, ...known, ...(await findRows(journey, id))]) {
    found.set(`${place.stream} ${place.shard} ${place.sequence}`, place);
  }
  const places = [...found.values()].toSorted(
    (a, b) => a.acceptedAt - b.acceptedAt || a.sequence - b.sequence,
  );
  return { places: places.slice(-PLACES_MAX), searched: tails.searched };
}

/** The time as what it counts, in words that both engines have. */
const ROW_COLUMNS = `_shard, _sequence, datediff('millisecond', TIMESTAMP '1970-01-01 00:00:00', _accepted_at), _object,
  _line, _load, _loaded_at`;

async function findRows(journey: Journey, id: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const stream of journey.plan.streams) {
    const where = "_event_id = ? ORDER BY _accepted_at DESC, _sequence DESC";
    places.push(...(await selectRows(journey, stream, { where, params: [id] })));
  }
  return places;
}

async function selectRows(
  journey: Journey,
  { name, table }: StreamPlan,
  { where, params }: { readonly where: string; readonly params: readonly (string | number)[] },
): Promise<readonly Place[]> {
  const sql = `SELECT ${ROW_COLUMNS} FROM "${table}" WHERE ${where} LIMIT ${PLACES_MAX}`;
  const { rows } = await journey.query.run(sql, { params });
  return rows.map(([shard, sequence, acceptedAt, object, line, load, loadedAt]) => ({
    stream: name,
    shard: Number(shard),
    sequence: Number(sequence),
    acceptedAt: Number(acceptedAt),
    row: {
      table,
      object: String(object),
      line: Number(line),
      load: Number(load),
      loadedAt: loadedAt ?? null,
    },
  }));
}

/** An assigned id is a place itself; the log forgets it in time, its row stays. */
async function findAssigned(journey: Journey, id: string): Promise<Place | undefined> {
  const at = fromAssignedId(id);
  const stream = journey.plan.streams.find(({ name }) => name === at?.stream);
  if (at === undefined || stream === undefined) {
    return undefined;
  }
  const where = "_shard = ? AND _sequence = ? AND _event_id = ?";
  const params = [at.shard, at.sequence, id];
  const [row] = await selectRows(journey, stream, { where, params });
  const record = row === undefined ? await journey.record(at) : undefined;
  return row ?? (record?.id === id ? { ...record, row: undefined } : undefined);
}

/** The newest record of the id in every stream whose door knows it still. */
async function findKnown(journey: Journey, id: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const { stream, shard, sequence } of journey.known(id)) {
    const at = { stream, shard: shard as ShardNumber, sequence: sequence as Sequence };
    const record = await journey.record(at);
    // A hash alone is no proof of an id.
    if (record?.id === id) {
      places.push({ ...record, row: undefined });
    }
  }
  return places;
}

async function findInTails(journey: Journey, id: string): Promise<FoundPlaces> {
  const places: Place[] = [];
  let searched: string | undefined;
  const { streams } = journey.status();
  for (const stream of journey.plan.streams.filter((one) => canName(one, id))) {
    const status = streams.find(({ name }) => name === stream.name);
    if (status !== undefined && status.onTheirWay > 0) {
      const inLog = await findInTail(journey, { stream, status, id });
      places.push(...inLog.places);
      searched ??= inLog.searched;
    }
  }
  return { places, searched };
}

/** Whether records of the stream can have the id without being told so by a row or by the door. */
function canName(stream: StreamPlan, id: string): boolean {
  return stream.id !== undefined || id.includes(":");
}

/** Only what is not loaded yet is read: a loaded event is found by its row. */
async function findInTail(
  journey: Journey,
  of: { readonly stream: StreamPlan; readonly status: StreamStatus; readonly id: string },
): Promise<FoundPlaces> {
  const { stream, status, id } = of;
  const manifest = await journey.announcements.read(stream.name, status.warehouse.cut);
  // Before the first object is loaded the whole log waits, so it is read from its oldest end.
  await using tail = await journey.read(stream.name, manifest?.lastAcceptedAt ?? toInstant(0));
  if (tail === undefined) {
    return { places: [], searched: undefined };
  }
  const places: Place[] = [];
  let frames = await tail.reader.read(tail.from, READ_BYTES);
  let left = TAIL_BYTES_MAX;
  for (let last = frames.at(-1); last !== undefined && left > 0; last = frames.at(-1)) {
    for (const frame of frames) {
      places.push(...placesIn(stream, frame, id));
      left -= frame.bytes.length;
    }
    frames = await tail.reader.read(last.next, READ_BYTES);
  }
  const searched = `of what stream ${stream.name} has not loaded yet, only the oldest 64 MiB were searched`;
  return { places: places.slice(-PLACES_MAX), searched: left > 0 ? undefined : searched };
}

function placesIn(stream: StreamPlan, frame: Frame, id: string): readonly Place[] {
  const { shard, firstSequence, acceptedAt, count } = frame;
  const places: Place[] = [];
  for (let index = 0; index < count; index += 1) {
    if (idInFrame(stream, frame, index) === id) {
      const sequence = firstSequence + index;
      places.push({ stream: stream.name, shard, sequence, acceptedAt, row: undefined });
    }
  }
  return places;
}
