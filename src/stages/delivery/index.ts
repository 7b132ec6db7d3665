/** The door of delivery. */

export { type Delivery, type DeliveryOptions, openDelivery } from "./delivery.ts";
export { BlockPool } from "./encode/byte-sink.ts";
export { type CutJournal, openCutJournal, readPoisoned, toCutJournal } from "./journal.ts";
export { openGuard, type PoisonedRecord } from "./poison/guard.ts";
export { type MarkedRecord, newMark, readMark } from "./poison/mark.ts";
export { isSame, Suspects } from "./poison/suspects.ts";
export { type Footprint, judgeTrail, readTrail, Trail } from "./poison/trail.ts";
export { openRemaker, type RemadeCut, type Remade, remakeParts } from "./remake-cut.ts";
