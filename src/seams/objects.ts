/** lake → read APIs. The rows of one delivered object, asked as tables are. */

import type { StoredPart } from "./announce.ts";
import type { Query } from "./query.ts";

/** The name by which SQL calls the object's rows. */
export const DELIVERED_ROWS = "delivered";

export interface DeliveredObject {
  readonly stream: string;
  readonly part: StoredPart;
}

export interface Objects {
  /**
   * A query whose SQL reads the object as the table `delivered`: columns as the plan has them today, a value that does
   * not fit one as null, and `_object` and `_line` (from 1). Without ORDER BY rows come in the object's order. The SQL
   * is trusted: it is not for what users write. Throws OBJECT_MISSING, LAKE_READ_FAILED besides what queries throw.
   */
  over(object: DeliveredObject): Query;
}
