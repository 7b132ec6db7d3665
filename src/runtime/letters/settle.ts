/** Finds out what became of letters whose redrive was begun and not noted as done: a crash came between. */

import type { MoveState } from "../../base/dead-letter-move.ts";
import type { Clock } from "../../base/clock.ts";
import { Fault } from "../../base/faults.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Frame, Position, StreamReader } from "../../seams/consume.ts";
import type { Query } from "../../seams/query.ts";
import { idInFrame } from "../where/event-id.ts";
import type { NewMove } from "./moves.ts";
import { isoTime } from "./pick.ts";

export interface SettleMeans {
  readonly query: Query;
  readonly clock: Clock;
  readonly streams: readonly StreamPlan[];
  readonly reader: (stream: StreamPlan) => Promise<StreamReader>;
  /** Whether the stream's log is whole: while it mends itself nobody can say what it holds. */
  readonly isSound: (stream: string) => boolean;
}

const INTENTS_MAX = 10_000;
const READ_BYTES = 4 * 1_048_576;

/** The moves that end what was begun; the caller writes them down. Intents and logs must be wholly loaded and at rest. */
export async function settleIntents(means: SettleMeans): Promise<readonly NewMove[]> {
  const intents = await readIntents(means.query);
  const moves: NewMove[] = [];
  for (const group of groupBy(intents, ({ stream, position }) => `${stream} ${position}`)) {
    const stream = means.streams.find(({ name }) => name === group[0]?.stream);
    if (stream === undefined || !means.isSound(stream.name)) {
      continue;
    }
    const found = await findEvents(means, stream, group);
    const moved_at = new Date(means.clock.now()).toISOString();
    for (const intent of group) {
      const state: MoveState = found.has(intent.event_id ?? "") ? "redriven" : "abandoned";
      const reason = "found out after a crash";
      moves.push({ ...intent, state, moved_at, position: null, reason });
    }
  }
  return moves;
}

async function readIntents(query: Query): Promise<readonly NewMove[]> {
  const sql = `SELECT letter, stage, received_at, member, stream, run,
      attempt, event_id, position, caller, moved_at
    FROM dead_letter_moves i WHERE state = 'intent' AND NOT EXISTS (
      SELECT 1 FROM dead_letter_moves o WHERE o.state IN ('redriven', 'abandoned') AND o.run = i.run
      AND o.letter = i.letter AND o.stage = i.stage AND o.received_at = i.received_at AND o.member = i.member)
    ORDER BY stream, run LIMIT ${INTENTS_MAX}`;
  const { rows } = await query.run(sql);
  return rows.map(
    ([letter, stage, at, member, stream, run, attempt, event, position, caller, moved]) => ({
      letter: String(letter),
      stage: String(stage),
      received_at: isoTime(at),
      member: Number(member),
      stream: String(stream),
      state: "intent",
      moved_at: isoTime(moved),
      run: String(run),
      attempt: Number(attempt),
      event_id: String(event),
      position: String(position),
      reason: null,
      caller: String(caller),
    }),
  );
}

/** Which of the intents' events lie in the log behind the place where it ended when they were written. */
async function findEvents(
  means: SettleMeans,
  stream: StreamPlan,
  intents: readonly NewMove[],
): Promise<ReadonlySet<string>> {
  const wanted = new Set(intents.map(({ event_id }) => event_id ?? ""));
  try {
    await using reader = await means.reader(stream);
    return await scan(reader, { stream, wanted, from: intents[0]?.position as Position });
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "STREAM_POSITION_GONE") {
      return await findRows(means.query, stream, intents);
    }
    throw thrown;
  }
}

interface Search {
  readonly stream: StreamPlan;
  readonly wanted: ReadonlySet<string>;
  readonly from: Position;
}

async function scan(
  reader: StreamReader,
  { stream, wanted, from }: Search,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let at = from;
  while (found.size < wanted.size) {
    const frames = await reader.read(at, READ_BYTES);
    const last = frames.at(-1);
    if (last === undefined) {
      return found;
    }
    for (const id of frames.flatMap((frame) => idsOf(stream, frame))) {
      if (wanted.has(id)) {
        found.add(id);
      }
    }
    at = last.next;
  }
  return found;
}

function idsOf(stream: StreamPlan, frame: Frame): readonly string[] {
  return Array.from({ length: frame.count }, (_none, index) => idInFrame(stream, frame, index));
}

/** The log forgets only what is delivered, so that what it has forgotten is a row or a letter by now. */
async function findRows(
  query: Query,
  stream: StreamPlan,
  intents: readonly NewMove[],
): Promise<ReadonlySet<string>> {
  const ids = intents.map(({ event_id }) => event_id ?? "");
  const since = intents[0]?.moved_at.replace(/Z$/, "") ?? "";
  const marks = ids.map(() => "?").join(", ");
  const table = `"${stream.table.replaceAll('"', '""')}"`;
  const sql = `SELECT _event_id FROM ${table} WHERE _accepted_at >= CAST(? AS TIMESTAMP) AND _event_id IN (${marks})
    UNION SELECT id FROM dead_letters WHERE received_at >= CAST(? AS TIMESTAMP) AND id IN (${marks})`;
  const { rows } = await query.run(sql, { params: [since, ...ids, since, ...ids] });
  return new Set(rows.map(([id]) => String(id)));
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly (readonly T[])[] {
  return [...Map.groupBy(values, keyOf).values()];
}
