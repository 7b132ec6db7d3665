/** What the stage `sources` runs by: a source of each kind with every setting there. */

import type { fileFields } from "../../define/sources/fields.ts";
import type { SettledOf } from "../../define/fields.ts";
import type { SourceDefinition } from "../../define/source.ts";

interface Named {
  readonly stream: string;
  readonly title: string;
}

export interface FileSourcePlan extends Named, SettledOf<typeof fileFields> {
  readonly kind: "files";
  /** Absolute paths and globs, https:// and s3:// addresses. */
  readonly from: readonly string[];
  readonly columns: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Fields of the stream that are texts: a comma in them is no decimal sign. */
  readonly texts: readonly string[];
}

export type SourcePlan = SourceDefinition | FileSourcePlan;
