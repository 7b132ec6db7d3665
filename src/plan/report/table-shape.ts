/** What a table looks like to whoever reads it: a name, columns, and a sentence. */

import type { Column } from "../../base/record.ts";

export interface TableShape {
  readonly name: string;
  /** `clean` is a model's, `raw` a stream's. */
  readonly layer: "clean" | "raw";
  readonly kind: "table" | "view";
  readonly title: string;
  readonly columns: readonly Column[];
  /** Columns that name one row; none when unknown. */
  readonly key: readonly string[];
}
