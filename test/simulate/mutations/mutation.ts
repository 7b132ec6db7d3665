/** A planted bug: a part of the pipeline that does almost what it should. */

import type { Replacements } from "../../../src/simulate/index.ts";

export interface Mutation {
  readonly name: string;
  readonly replace: Partial<Replacements>;
}
