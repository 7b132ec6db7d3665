/** Rows of a local object as texts with their place, in order, for whoever sends them on; a part of them at a time. */

import { DEAD_LETTER_COLUMNS } from "../../../../base/dead-letter.ts";
import { DELIVERED_COLUMNS } from "../../../../base/record.ts";
import type { StreamPlan } from "../../../../plan/plan.ts";
import type { StoredPart } from "../../../../seams/announce.ts";
import type { Engine } from "../connect.ts";
import { readFields } from "./fields.ts";
import { plainPath } from "./plain-path.ts";
import { readAsText } from "./read-object.ts";

export interface WantedTexts {
  readonly stream: Pick<StreamPlan, "row">;
  readonly part: StoredPart;
  readonly path: string;
  /** Rows of one shard, by sequence; undefined for all of them, by line. */
  readonly shard: number | undefined;
  /** Whether these are letters of the transform, which have columns of their own. */
  readonly letters: boolean;
  /** Only rows behind this place. */
  readonly after: number;
}

export interface TextRow {
  /** Sequence, or line where no shard was named. */
  readonly place: number;
  /** Counted from 1, within the object. */
  readonly line: number;
  /** CSV: a JSON array of texts and nulls, the plan's columns and then delivery's. Else: the row as a JSON object. */
  readonly text: string;
}

export async function* readTexts(
  engine: Engine,
  { stream, part, path, shard, letters, after }: WantedTexts,
): AsyncGenerator<readonly TextRow[]> {
  const row = letters ? DEAD_LETTER_COLUMNS : stream.row;
  const connection = await engine.connect();
  try {
    await using plain = await plainPath(path, engine.temporary);
    const fields = await readFields(connection, { path: plain.path, part });
    const object = { path: plain.path, part, row, letters, fields };
    const at = (name: string): number =>
      row.length + DELIVERED_COLUMNS.findIndex((column) => column.name === name) + 1;
    const [place, only] =
      shard === undefined
        ? ["_line", ""]
        : [
            `TRY_CAST(_texts[${at("_sequence")}] AS BIGINT)`,
            `AND TRY_CAST(_texts[${at("_shard")}] AS BIGINT) = ${shard}`,
          ];
    const text = part.format === "csv" ? "CAST(to_json(_texts) AS VARCHAR)" : "_raw";
    const sql = `SELECT ${place} AS _place, _line, ${text} AS _text FROM (${readAsText(object, [])})
      WHERE _place > ${after} ${only} ORDER BY _place`;
    const result = await connection.stream(sql);
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0;) {
      yield chunk.getRows().map(([at_, line, said]) => ({
        place: Number(at_),
        line: Number(line),
        text: String(said),
      }));
      chunk = await result.fetchChunk();
    }
  } finally {
    connection.closeSync();
  }
}
