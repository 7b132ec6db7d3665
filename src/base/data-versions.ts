/** Versions of the small databases of a data folder: one more with each change that an older engine could not read. */

export const DATA_VERSIONS = {
  /** delivery.sqlite */
  journal: 1,
  /** sources.sqlite */
  checkpoints: 1,
  /** kinesis.sqlite */
  catalog: 1,
  /** firehose/streams.sqlite */
  registry: 1,
} as const;
