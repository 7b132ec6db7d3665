/** SQL over one delivered object: its rows stand before the question as a table of their own. */

import type { StreamPlan } from "../../../../plan/plan.ts";
import type { StoredPart } from "../../../../seams/announce.ts";
import { DELIVERED_ROWS } from "../../../../seams/objects.ts";
import type { Query } from "../../../../seams/query.ts";
import { readFields } from "../load/fields.ts";
import { plainPath } from "../load/plain-path.ts";
import { readForgiving } from "../load/read-object.ts";
import { quoteName } from "../quote.ts";
import type { Prepare, Queries } from "./run-query.ts";

export interface ObjectFile {
  readonly stream: StreamPlan;
  readonly part: StoredPart;
  /** A local file of the object. */
  readonly path: string;
}

export function overObject(
  queries: Queries,
  file: ObjectFile,
  temporary: string | undefined,
): Query {
  const withPath = (path: string): Query => queries.prepared(prepareOver({ ...file, path }));
  return {
    async run(sql, options) {
      await using plain = await plainPath(file.path, temporary);
      return await withPath(plain.path).run(sql, options);
    },
    async *stream(sql, format, options) {
      await using plain = await plainPath(file.path, temporary);
      yield* withPath(plain.path).stream(sql, format, options);
    },
  };
}

function prepareOver({ stream, part, path }: ObjectFile): Prepare {
  return async (connection, sql) => {
    const fields = await readFields(connection, { path, part });
    const rows = readForgiving({ path, part, row: stream.row, letters: false, fields });
    return await connection.prepare(`WITH ${quoteName(DELIVERED_ROWS)} AS (FROM ${rows}) ${sql}`);
  };
}
