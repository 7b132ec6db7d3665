/** The names of shard metrics; `ALL` means each of them. Pure. */

const METRICS = [
  "IncomingBytes",
  "IncomingRecords",
  "OutgoingBytes",
  "OutgoingRecords",
  "WriteProvisionedThroughputExceeded",
  "ReadProvisionedThroughputExceeded",
  "IteratorAgeMilliseconds",
];

export function metricsOf(given: readonly string[]): readonly string[] {
  return given.includes("ALL") ? METRICS : given;
}
