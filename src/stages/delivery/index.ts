/** The door of delivery. */

export { type Delivery, type DeliveryOptions, openDelivery } from "./delivery.ts";
export { BlockPool } from "./encode/byte-sink.ts";
export { type CutJournal, openCutJournal, readPoisoned, toCutJournal } from "./journal.ts";
export { openGuard, type PoisonedRecord } from "./poison/guard.ts";
export { type MarkedRecord, newMark, readMark } from "./poison/mark.ts";
export { isSame, Suspects } from "./poison/suspects.ts";
export { openRemaker, type RemadeCut, type Remade, remakeParts } from "./remake-cut.ts";
export { openFirehose } from "./firehose/firehose.ts";
export { openJq } from "./firehose/partition/jq.ts";
export { DeliveryStreams } from "./firehose/registry/delivery-streams.ts";
export { openRegistry } from "./firehose/registry/registry.ts";
export type { FirehoseWorld, OwnStream, PutAbout } from "./firehose/registry/world.ts";
export { openObjectJournal } from "./firehose/run/cut-journal.ts";
export { type RunPlan, type RunProgress, StreamRun } from "./firehose/run/stream-run.ts";
export { Turnstile } from "./firehose/run/turnstile.ts";
