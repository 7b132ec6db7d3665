/** Where is event X? Its path from the door to its row, step by step, with times. */

import { toInstant } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import {
  fromAssignedId,
  isEngineStream,
  type Sequence,
  type ShardNumber,
} from "../../base/record.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Manifest } from "../../seams/announce.ts";
import type { Frame } from "../../seams/consume.ts";
import type { Cell } from "../../seams/query.ts";
import { idInFrame } from "./event-id.ts";
import type { Journey, LoggedRecord } from "../journey.ts";

export interface Step {
  readonly stage: "accepted" | "delivered" | "loaded" | "modelled" | "set aside";
  readonly state: "done" | "waiting" | "failed";
  readonly says: string;
  /** ISO 8601, UTC. */
  readonly at?: string;
  readonly facts: Readonly<Record<string, Cell>>;
}

export interface Whereabouts {
  readonly id: string;
  readonly stream: string;
  readonly steps: readonly Step[];
}

/** How many manifests that are not loaded yet are searched, and how much of the log's tail. */
const MANIFESTS_MAX = 1000;
const TAIL_BYTES_MAX = 64 * 1_048_576;
const READ_BYTES = 4 * 1_048_576;

/** The path of an event or dead letter. Throws EVENT_UNKNOWN. */
export async function whereIs(journey: Journey, id: string): Promise<Whereabouts> {
  const setAside = await findLetter(journey, id);
  // A redriven letter's event has the letter's own id: its row tells more than where the letter itself is kept.
  const again = setAside?.closed === true ? await findRow(journey, id, undefined) : undefined;
  const redriven = again !== undefined && !isEngineStream(again.stream);
  const record = redriven
    ? undefined
    : ((await findAssigned(journey, id)) ?? (await findInTail(journey, id)));
  const row = redriven ? again : await findRow(journey, id, record);
  if (record === undefined && row === undefined) {
    if (setAside === undefined) {
      throw new Fault("EVENT_UNKNOWN", { id });
    }
    return { id, stream: setAside.stream, steps: [setAside.step] };
  }
  const stream = record?.stream ?? row?.stream ?? "";
  const steps: Step[] = [acceptedStep(record, row)];
  if (row !== undefined) {
    steps.push(...rowSteps(row), ...(await modelSteps(journey, id, row)));
  } else if (setAside === undefined && record !== undefined) {
    steps.push(...(await waitingSteps(journey, record)));
  }
  const letters = setAside === undefined ? [] : [setAside.step];
  return { id, stream, steps: redriven ? [...letters, ...steps] : [...steps, ...letters] };
}

interface Row {
  readonly stream: string;
  readonly table: string;
  readonly cells: Readonly<Record<string, Cell>>;
}

const ROW_COLUMNS = [
  "_object",
  "_line",
  "_load",
  "_loaded_at",
  "_shard",
  "_sequence",
  "_accepted_at",
];

async function findRow(
  journey: Journey,
  id: string,
  record: LoggedRecord | undefined,
): Promise<Row | undefined> {
  const streams = journey.plan.streams.filter(
    ({ name }) => record === undefined || record.stream === name,
  );
  for (const { name, table } of streams) {
    const where = record === undefined ? "_event_id = ?" : "_shard = ? AND _sequence = ?";
    const params = record === undefined ? [id] : [record.shard, record.sequence];
    const sql = `SELECT ${ROW_COLUMNS.join(", ")} FROM "${table}" WHERE ${where} LIMIT 1`;
    const { rows } = await journey.query.run(sql, { params });
    const cells = rows[0];
    if (cells !== undefined) {
      const named = ROW_COLUMNS.map((column, index): [string, Cell] => [
        column,
        cells[index] ?? null,
      ]);
      return { stream: name, table, cells: Object.fromEntries(named) };
    }
  }
  return undefined;
}

async function findLetter(
  journey: Journey,
  id: string,
): Promise<{ stream: string; step: Step; closed: boolean } | undefined> {
  const sql = `SELECT d.stream, d.stage, d.cause, CAST(d.reasons AS VARCHAR), d.received_at, d._object, m.state
    FROM dead_letters d LEFT JOIN dead_letter_moves m ON m.state IN ('redriven', 'dropped')
      AND m.letter = d.id AND m.stage = d.stage AND m.received_at = d.received_at AND m.member = d.member
    WHERE d.id = ? ORDER BY d.received_at DESC LIMIT 1`;
  const { rows } = await journey.query.run(sql, { params: [id] });
  const [stream, stage, cause, reasons, receivedAt, object, move] = rows[0] ?? [];
  if (stream === undefined) {
    return undefined;
  }
  const facts = {
    stage: stage ?? null,
    cause: cause ?? null,
    reasons: reasons ?? null,
    object: object ?? null,
  };
  const closed = typeof move === "string";
  const then = closed ? `, then ${move}` : "";
  const says = `set aside at the ${String(stage)}: ${firstMessage(reasons)}${then}`;
  const at = toIso(receivedAt ?? null);
  const step: Step = {
    stage: "set aside",
    state: closed ? "done" : "failed",
    says,
    facts,
    ...(at === undefined ? {} : { at }),
  };
  return { stream: String(stream), step, closed };
}

function firstMessage(reasons: Cell | undefined): string {
  try {
    const [first] = JSON.parse(String(reasons)) as { message?: string }[];
    return first?.message ?? String(reasons);
  } catch {
    return String(reasons);
  }
}

async function findAssigned(journey: Journey, id: string): Promise<LoggedRecord | undefined> {
  const at = fromAssignedId(id);
  const stream = journey.plan.streams.find(({ name }) => name === at?.stream);
  return at === undefined || stream === undefined ? undefined : await journey.record(at);
}

/** A client's own id that is not loaded yet lies in the log's tail: the newest part of it is searched. */
async function findInTail(journey: Journey, id: string): Promise<LoggedRecord | undefined> {
  for (const stream of journey.plan.streams.filter((one) => one.id !== undefined)) {
    const found = await findInLog(journey, stream, id);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Only what is not loaded yet is searched: a loaded event is found by its row. */
async function findInLog(
  journey: Journey,
  stream: StreamPlan,
  id: string,
): Promise<LoggedRecord | undefined> {
  const loaded = journey.status().streams.find(({ name }) => name === stream.name)?.warehouse.cut;
  const manifest = await journey.announcements.read(stream.name, loaded ?? 0);
  // Before the first object is loaded the whole log waits, so it is read from its oldest end.
  await using tail = await journey.read(stream.name, manifest?.firstAcceptedAt ?? toInstant(0));
  if (tail === undefined) {
    return undefined;
  }
  let position = tail.from;
  let left = TAIL_BYTES_MAX;
  let frames = await tail.reader.read(position, READ_BYTES);
  while (frames.length > 0 && left > 0) {
    for (const frame of frames) {
      const index = indexOf(stream, frame, id);
      if (index !== undefined) {
        return toLogged(stream, frame, index);
      }
      left -= frame.bytes.length;
      position = frame.next;
    }
    frames = await tail.reader.read(position, READ_BYTES);
  }
  return undefined;
}

function indexOf(stream: StreamPlan, frame: Frame, id: string): number | undefined {
  for (let index = 0; index < frame.count; index += 1) {
    if (idInFrame(stream, frame, index) === id) {
      return index;
    }
  }
  return undefined;
}

/** The record as it stays valid when the reader goes on. */
export function toLogged(stream: StreamPlan, frame: Frame, index: number): LoggedRecord {
  return {
    id: idInFrame(stream, frame, index),
    stream: stream.name,
    shard: frame.shard as ShardNumber,
    sequence: (frame.firstSequence + index) as Sequence,
    acceptedAt: frame.acceptedAt,
    bytes: Buffer.from(frame.bytes.subarray(frame.starts[index], frame.ends[index])),
  };
}

function acceptedStep(record: LoggedRecord | undefined, row: Row | undefined): Step {
  const shard = record?.shard ?? row?.cells["_shard"] ?? null;
  const sequence = record?.sequence ?? row?.cells["_sequence"] ?? null;
  const at =
    record === undefined ? toIso(row?.cells["_accepted_at"] ?? null) : toIso(record.acceptedAt);
  const says = `in shard ${String(shard)} as number ${String(sequence)}`;
  return {
    stage: "accepted",
    state: "done",
    says,
    facts: { shard, sequence },
    ...(at === undefined ? {} : { at }),
  };
}

function rowSteps({ table, cells }: Row): Step[] {
  const object = cells["_object"] ?? null;
  const line = cells["_line"] ?? null;
  const at = toIso(cells["_loaded_at"] ?? null);
  return [
    { stage: "delivered", state: "done", says: `in ${String(object)}`, facts: { object } },
    {
      stage: "loaded",
      state: "done",
      says: `row ${String(line)} of that object in table ${table}`,
      facts: { table, line, load: cells["_load"] ?? null },
      ...(at === undefined ? {} : { at }),
    },
  ];
}

async function modelSteps(journey: Journey, id: string, row: Row): Promise<Step[]> {
  const steps: Step[] = [];
  for (const { name, load, streams } of journey.status().models) {
    // Loads of other streams are nothing to a model that takes in its streams by load.
    if (streams.length > 0 && !streams.includes(row.stream)) {
      continue;
    }
    const columns = await journey.query.run(`SELECT * FROM "${name}" LIMIT 0`);
    if (!columns.columns.some((column) => column.name === "_event_id")) {
      continue;
    }
    const sql = `SELECT count(*) FROM "${name}" WHERE _event_id = ?`;
    const { rows } = await journey.query.run(sql, { params: [id] });
    const count = Number(rows[0]?.[0] ?? 0);
    if (streams.length === 0 && count === 0) {
      continue;
    }
    const taken = load >= Number(row.cells["_load"] ?? 0);
    const says = taken ? `${count} row(s) of ${name} come from it` : `${name} has not run since`;
    steps.push({
      stage: "modelled",
      state: taken ? "done" : "waiting",
      says,
      facts: { model: name, rows: count },
    });
  }
  return steps;
}

async function waitingSteps(journey: Journey, record: LoggedRecord): Promise<Step[]> {
  const stream = journey.status().streams.find(({ name }) => name === record.stream);
  const loaded = stream?.warehouse.cut ?? 0;
  const newest = await journey.announcements.newest(record.stream);
  for (let cut = newest; cut > Math.max(0, newest - MANIFESTS_MAX); cut -= 1) {
    const manifest = await journey.announcements.read(record.stream, cut);
    if (manifest !== undefined && covers(manifest.ranges, record)) {
      return deliveredSteps(manifest, record, cut > loaded);
    }
  }
  const says = "waiting for its object to be cut";
  return [{ stage: "delivered", state: "waiting", says, facts: {} }];
}

function deliveredSteps(manifest: Manifest, record: LoggedRecord, waiting: boolean): Step[] {
  const dropped = covers(manifest.dropped, record);
  const object = manifest.object?.name ?? null;
  const says = dropped ? "dropped by the transform, as it decided" : `in ${String(object)}`;
  const delivered: Step = {
    stage: "delivered",
    state: "done",
    says,
    at: new Date(manifest.cutAt).toISOString(),
    facts: { cut: manifest.cut, object },
  };
  if (dropped) {
    return [delivered];
  }
  const state = waiting ? "waiting" : "failed";
  const told = waiting ? "waiting to be loaded" : "not in its table: run `millrace verify`";
  return [delivered, { stage: "loaded", state, says: told, facts: {} }];
}

function covers(ranges: Manifest["ranges"], { shard, sequence }: LoggedRecord): boolean {
  return ranges.some(
    (range) => range.shard === shard && range.first <= sequence && sequence <= range.last,
  );
}

function toIso(value: Cell): string | undefined {
  if (value === null) {
    return undefined;
  }
  if (typeof value === "number") {
    return new Date(toInstant(value)).toISOString();
  }
  const text = String(value).replace(" ", "T");
  const date = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
