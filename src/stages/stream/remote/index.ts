/** The door of streams on Kinesis. */

export { openRemoteAppender, type RemoteAppender } from "./appender.ts";
export { openRemoteStream, type RemoteStream } from "./client.ts";
export { fence, readTestament, tellOfItself, type Testament } from "./heirs/fence.ts";
export { Intake, type KeptLines, type Taken } from "./intake.ts";
export { LeaseBook } from "./lease-book.ts";
export { type Marks, openMarks } from "./marks.ts";
export { originText, sequenceText } from "./place.ts";
export { type Pump, startPump } from "./pump.ts";
export { lookAtTaken } from "./taken/look-at-taken.ts";
