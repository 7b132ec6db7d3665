/** The independent judge of a run: compares what clients were told with what is there, knowing nothing of how it came there. Pure. */

import { fromAssignedId } from "../../base/record.ts";
import { deriveText } from "../../plan/derive.ts";
import type { StreamPlan } from "../../plan/plan.ts";
import type { Accepted, Sent } from "../clients/sent.ts";
import type { HouseRow } from "../warehouse/house.ts";
import { eventIdOf } from "../warehouse/models.ts";
import { type Ground, placeOf, placesOf, type StreamGround } from "./ground.ts";

/** What is wrong, one sentence each; none when every promise was kept. */
export function judge(sent: Sent, ground: Ground): readonly string[] {
  const wrong: string[] = [];
  for (const stream of ground.streams.values()) {
    wrong.push(...judgePlaces(stream), ...judgeModel(stream, ground));
  }
  const accepted = Map.groupBy(sent.accepted, ({ stream }) => stream);
  for (const [name, records] of accepted) {
    const stream = ground.streams.get(name);
    if (stream !== undefined) {
      wrong.push(...judgeAccepted(stream, records), ...judgeOrder(stream, records));
      wrong.push(...judgeForeign(stream, records, sent));
    }
  }
  wrong.push(...judgeLetters(sent, ground));
  return wrong;
}

/** Each record of the log is a row, dropped or set aside, once; cuts tile the log. */
function judgePlaces({ plan, logged, manifests, rows, places, ...ground }: StreamGround): string[] {
  const wrong: string[] = [];
  const { name } = plan;
  const covered = manifests.flatMap(({ ranges }) => ranges.flatMap(placesOf));
  const all = logged.flatMap((last, shard) => placesOf({ shard, first: 1, last }));
  if (new Set(covered).size !== covered.length) {
    wrong.push(`${name}: cuts cover ${covered.length - new Set(covered).size} record(s) twice`);
  }
  if (covered.length !== all.length || all.some((place) => !new Set(covered).has(place))) {
    wrong.push(`${name}: the log has ${all.length} record(s), cuts cover ${covered.length}`);
  }
  const twice = [...places].filter(([, count]) => count > 1);
  if (twice.length > 0) {
    wrong.push(`${name}: ${twice.length} record(s) have more than one row, first ${twice[0]?.[0]}`);
  }
  const failed = [...ground.failed.values()].reduce((sum, count) => sum + count, 0);
  const parts = rows.length + ground.dropped.size + failed;
  if (parts !== all.length) {
    wrong.push(`${name}: ${all.length} logged, ${parts} are rows, dropped or set aside`);
  }
  const both = [...ground.dropped].filter((place) => places.has(place));
  if (both.length > 0) {
    wrong.push(`${name}: ${both.length} dropped record(s) have a row`);
  }
  return wrong;
}

type Fate = "row" | "dropped" | "failed";

/** What must have become of a record, by the user's own transform. */
function fateOf(plan: StreamPlan, { id, text }: Accepted): Fate {
  const { transform } = plan.deliver;
  if (transform === undefined) {
    return "row";
  }
  const place = fromAssignedId(id) ?? { shard: 0, sequence: 0 };
  const { shard, sequence } = place;
  try {
    const event = JSON.parse(text) as unknown;
    const row = transform(event, { eventId: id, shard, sequence, acceptedAt: 0 });
    return row === undefined ? "dropped" : "row";
  } catch {
    return "failed";
  }
}

function judgeAccepted(stream: StreamGround, records: readonly Accepted[]): string[] {
  const wrong: string[] = [];
  const { plan, byId, failed, dropped } = stream;
  for (const record of records) {
    const { id } = record;
    const at = plan.id === undefined ? fromAssignedId(id) : undefined;
    // A row that fits no column is set aside too, which only the pipeline's own types can tell.
    const set = failed.has(id);
    const fate = fateOf(plan, record);
    const kept = {
      row: byId.has(id) || set,
      failed: set,
      dropped: at === undefined || dropped.has(`${at.shard}.${at.sequence}`),
    }[fate];
    if (!kept) {
      wrong.push(`${plan.name}: ${id} was accepted and is no ${fate}: ${record.text.slice(0, 80)}`);
    } else if (at !== undefined && fate === "row" && (byId.get(id)?.length ?? 1) !== 1) {
      wrong.push(`${plan.name}: ${id} is there ${byId.get(id)?.length} times`);
    } else if (fate === "row" && !sameContent(plan, record, byId.get(id)?.[0])) {
      wrong.push(`${plan.name}: ${id} has other content than was sent`);
    }
  }
  return wrong;
}

/** Where rows are events and objects hold JSON, each member sent is the member stored. */
function sameContent(plan: StreamPlan, { text }: Accepted, row: HouseRow | undefined): boolean {
  if (row === undefined || plan.deliver.transform !== undefined || plan.deliver.format === "csv") {
    return true;
  }
  const event = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return Object.entries(event).every(
    ([name, value]) =>
      !plan.row.some((column) => column.name === name && column.type !== "timestamp") ||
      JSON.stringify(row.members[name]) === JSON.stringify(value),
  );
}

/** What one client sent of one key, one after the other, stands in one shard in that order. */
function judgeOrder({ plan, byId }: StreamGround, records: readonly Accepted[]): string[] {
  const { key } = plan;
  if (key === undefined) {
    return [];
  }
  const last = new Map<string, { readonly shard: number; readonly sequence: number }>();
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const { id, text, client } of records) {
    const event = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const name = `${client} ${deriveText(key, event)}`;
    const at = firstPlace(byId.get(id) ?? []);
    if (at === undefined || seen.has(id)) {
      continue;
    }
    seen.add(id);
    const before = last.get(name);
    if (before !== undefined && (before.shard !== at.shard || before.sequence >= at.sequence)) {
      wrong.push(`${plan.name}: ${id} of key ${name} is not behind the one sent before it`);
    }
    last.set(name, at);
  }
  return wrong;
}

function firstPlace(rows: readonly HouseRow[]): { shard: number; sequence: number } | undefined {
  const places = rows.map(({ members }) => ({
    shard: Number(members["_shard"]),
    sequence: Number(members["_sequence"]),
  }));
  return places.toSorted((a, b) => a.sequence - b.sequence)[0];
}

/** Nothing is there that nobody sent: beyond what was accepted, at most what went without an answer. */
function judgeForeign(
  { plan, logged, byId }: StreamGround,
  records: readonly Accepted[],
  sent: Sent,
): string[] {
  const total = logged.reduce((sum, last) => sum + last, 0);
  const unknown = sent.unknown.get(plan.name) ?? 0;
  const told = plan.id === undefined ? new Set(records.map(({ id }) => id)).size : records.length;
  if (total > told + unknown || (plan.id === undefined && total < told)) {
    return [`${plan.name}: ${total} logged, ${told} accepted, ${unknown} without an answer`];
  }
  const { id: named } = plan;
  if (named === undefined) {
    return [];
  }
  const names = new Map<string, number>();
  for (const [name, count] of sent.attempts) {
    const [stream = "", text = ""] = name.split("\n");
    if (stream === plan.name) {
      const id = deriveText(named, JSON.parse(text) as Readonly<Record<string, unknown>>);
      names.set(id, (names.get(id) ?? 0) + count);
    }
  }
  const many = [...byId].filter(([id, rows]) => rows.length > (names.get(id) ?? 0));
  return many.map(
    ([id, rows]) => `${plan.name}: ${id} has ${rows.length} row(s), sent ${names.get(id) ?? 0}`,
  );
}

/** What was set aside before the answer is a dead letter, once. */
function judgeLetters(sent: Sent, { letters }: Ground): string[] {
  const wrong = sent.rejected
    .filter(({ letter }) => letters.get(letter) !== 1)
    .map(
      ({ letter, text }) => `letter ${letter} is there ${letters.get(letter) ?? 0} times: ${text}`,
    );
  const most = sent.rejected.length + sent.unknownBad;
  return letters.size > most
    ? [...wrong, `${letters.size} letters, ${most} records were refused`]
    : wrong;
}

/** A model has each event id once, whatever was sent twice. */
function judgeModel({ plan, byId }: StreamGround, { file }: Ground): string[] {
  const model = file.models.get(plan.name);
  if (model === undefined) {
    return [];
  }
  const missing = [...byId.keys()].filter((id) => !model.rows.has(id));
  const strange = [...model.rows].filter(([id, row]) => !byId.has(id) || eventIdOf(row) !== id);
  const newest = Math.max(
    0,
    ...file.ledger
      .filter(({ manifest, rows }) => manifest.stream === plan.name && rows > 0)
      .map(({ load }) => load),
  );
  const wrong = missing.length + strange.length > 0 || model.position < newest;
  const first = [...missing, ...strange.map(([, row]) => placeOf(row))][0] ?? "";
  return wrong ? [`model of ${plan.name}: ${missing.length} event(s) missing, ${first}`] : [];
}
