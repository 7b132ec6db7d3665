/** The ways from the stream to the warehouse that a deploy can choose from. */

export const ROUTES = {
  files: "Firehose → S3 → Snowpipe",
  firehoseSnowflake: "Firehose → Snowflake",
  streaming: "Snowpipe Streaming",
} as const;

export type Route = keyof typeof ROUTES;
