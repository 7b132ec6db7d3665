/** The door of the Kinesis wire; apart from the stream's own, so that who reads a log loads none of its operations. */

export { openKinesis, type KinesisService } from "./kinesis.ts";
export type { StreamSource } from "./catalog/live-stream.ts";
