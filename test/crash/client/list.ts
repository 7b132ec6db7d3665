/** The client's own list, and the comparison of it with what the warehouse holds, in SQL and nothing of ours. */

import { readFileSync } from "node:fs";
import type { RunningPipeline } from "../../journey/running.ts";

/** What the client was told of one event. */
export interface Told {
  readonly stream: string;
  readonly id: string;
  readonly rejected: boolean;
}

export interface ClientList {
  readonly asked: ReadonlyMap<string, string>;
  /** By the client's own name of the event. */
  readonly told: ReadonlyMap<string, Told>;
  /** Events whose answer said that they were there already. */
  readonly duplicates: number;
}

export function readList(path: string): ClientList {
  const asked = new Map<string, string>();
  const told = new Map<string, Told>();
  let duplicates = 0;
  // The last line may be in the making.
  for (const line of readFileSync(path, "utf8").split("\n").slice(0, -1)) {
    const [said = "", stream = "", name = "", id = ""] = line.split(" ");
    if (said === "asked") {
      asked.set(name, stream);
    } else {
      told.set(name, { stream, id, rejected: said === "rejected" });
      duplicates += said === "duplicate" ? 1 : 0;
    }
  }
  return { asked, told, duplicates };
}

interface Found {
  readonly name: string;
  readonly id: string;
  readonly times: number;
}

const ROWS = `
  select "order" || '.' || line as name, _event_id as id, count(*) as times from orders group by all
  union all select page, _event_id, count(*) from visits group by all`;
const LETTERS = `
  select coalesce(json_extract_string(raw_text, '$.refused'),
      json_extract_string(raw_text, '$.order') || '.' || json_extract_string(raw_text, '$.line')) as name,
    id, count(*) as times from dead_letters where stream <> 'ticks' group by all`;
const TICKS = `select count(*) as rows, count(distinct tick) as ticks,
  coalesce(max(tick) + 1, 0) as "to" from ticks`;

/**
 * Sentences about what is lost, double or unknown; none when all is well. Ask after a drain. While ingest goes on, the
 * list is of before the drain, and `asked` is looked at after the rows.
 */
export async function differences(
  running: RunningPipeline,
  list: ClientList,
  asked: () => ClientList["asked"] = () => list.asked,
): Promise<string[]> {
  const rows = (await running.rows(ROWS)) as unknown as Found[];
  const letters = (await running.rows(LETTERS)) as unknown as Found[];
  const [ticks] = await running.rows(TICKS);
  const known = asked();
  return [
    ...[...rows, ...letters]
      .filter(({ times }) => times !== 1)
      .map(({ name, id, times }) => `${name} (${id}) is there ${times} times`),
    ...unknown(rows, letters, known),
    ...missing(rows, letters, list),
    ...(ticks?.["rows"] === ticks?.["ticks"] && ticks?.["rows"] === ticks?.["to"]
      ? []
      : [`the source's numbers have gaps or doubles: ${JSON.stringify(ticks)}`]),
  ];
}

/** An event has one row; a record that is refused is judged each time it comes, so it may have several letters. */
function unknown(
  rows: readonly Found[],
  letters: readonly Found[],
  asked: ClientList["asked"],
): string[] {
  const names = new Set<string>();
  const double = rows.filter(({ name }) => names.size === names.add(name).size);
  const nobodys = [...rows, ...letters].filter(({ name }) => !asked.has(name));
  return [
    ...double.map(({ name, id }) => `${name} has another row, ${id}`),
    ...nobodys.map(({ name, id }) => `nobody sent ${name} (${id})`),
  ];
}

function missing(rows: readonly Found[], letters: readonly Found[], list: ClientList): string[] {
  const rowIds = new Map(rows.map(({ name, id }) => [name, id]));
  const letterIds = new Set(letters.map(({ id }) => id));
  const says: string[] = [];
  for (const [name, { stream, id, rejected }] of list.told) {
    const line = Number(name.split(".")[2]);
    const set = rejected || (stream === "orders" && line === 2);
    const dropped = stream === "orders" && line === 1;
    if (set && !letterIds.has(id)) {
      says.push(`${name} (${id}) was set aside and is not there`);
    }
    if (!set && !dropped && rowIds.get(name) !== id) {
      says.push(`${name} (${id}) was accepted and is ${rowIds.get(name) ?? "not there"}`);
    }
    if ((set || dropped) && rowIds.has(name)) {
      says.push(`${name} (${id}) has a row and should not`);
    }
  }
  return says;
}
