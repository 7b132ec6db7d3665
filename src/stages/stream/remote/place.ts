/** What an event that came through Kinesis is called: by its shard, its sequence number, and its line in the record. */

/** The first event of a Kinesis record is called by the record's sequence number alone. */
export function sequenceText(sequence: string, line: number): string {
  return line === 0 ? sequence : `${sequence}-${line}`;
}

/** Where an event came from. */
export interface Origin {
  readonly stream: string;
  readonly shard: number;
  /** As `sequenceText` spells it. */
  readonly name: string;
}

/** The log has room for a key beside each event; of an event that came through Kinesis this takes it. */
export function originText({ stream, shard, name }: Origin): string {
  return `${stream}/${shard}/${name}`;
}
