/** The door `millrace/testing`: a pipeline of your own, run whole for a test, in a data folder that is gone afterwards. */

export { openTestPipeline } from "./open.ts";
export type { Sent, SentRecord, TestPipeline, TestPipelineOptions } from "./open.ts";
