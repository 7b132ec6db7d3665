/** Loaded into every process and thread of a pipeline under test: what takes days to grow old and large takes minutes. */

import { LIMITS } from "../../../src/base/limits.ts";
import { dedupeFields, streamFields } from "../../../src/define/fields.ts";
import { FOLDS } from "../../../src/stages/lake/folds/fold.ts";

/** Above what a client may wait for its answer through many kills: a repeat must still be known. */
const KEPT_MS = 120_000;

Object.assign(LIMITS, { segmentBytes: 65_536 });
Object.assign(FOLDS, { run: 8, kept: 16 });
Object.assign(streamFields.retention, { min: KEPT_MS, default: KEPT_MS });
Object.assign(dedupeFields.window, { default: KEPT_MS });
