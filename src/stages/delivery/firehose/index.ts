/** The door of delivery streams as Firehose has them; apart from delivery's own, so that a pipeline's thread loads none of it. */

export { openFirehose } from "./firehose.ts";
export { openJq } from "./partition/jq.ts";
export { DeliveryStreams } from "./registry/delivery-streams.ts";
export { openRegistry } from "./registry/registry.ts";
export type { FirehoseWorld, OwnStream, PutAbout } from "./registry/world.ts";
export { openObjectJournal } from "./run/cut-journal.ts";
export { type RunPlan, type RunProgress, StreamRun } from "./run/stream-run.ts";
export { Turnstile } from "./run/turnstile.ts";
