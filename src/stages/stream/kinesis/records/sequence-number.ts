/** Sequence numbers as Kinesis writes them: decimal texts that order, and name a shard and a place in it. Pure. */

/*
 * Hexadecimal digits, then printed as one decimal number: `2`, 9 for the second in which the shard was opened, 1 for
 * the shard's lowest digit, 16 for the record's sequence, 2 that say what follows, 9 for the second of arrival, 8 for
 * the shard, `2`. For a record that became a dead letter the two digits are `01` and its number among the dead letters
 * stands in the place of the second: so that it lies between the records around it, and can be found.
 */

export interface SequencePlace {
  readonly shard: number;
  readonly sequence: number;
  /** Seconds of the shard's opening. */
  readonly since: number;
  /** Number among the dead letters; 0 for a record of the shard. */
  readonly letter: number;
}

const SEQUENCE_SHIFT = 80n;
const DIGITS = 47;
/** Of a closed shard's last number: no record ever has it. */
const LAST = 0x7fff_ffff_ffff_ffffn;

export interface ShardTime {
  readonly shard: number;
  /** When the shard was opened: milliseconds. */
  readonly since: number;
}

/** Numbers of one shard and second: made for a whole batch, since only the sequence differs. */
export function sequenceBase({ shard, since }: ShardTime, atMs: number): bigint {
  return toBase({ shard, since }, "00", Math.floor(atMs / 1000));
}

export function toSequenceNumber(base: bigint, sequence: number): string {
  return (base + (BigInt(sequence) << SEQUENCE_SHIFT)).toString();
}

/** The number of a dead letter: behind the shard's newest record, before its next. */
export function letterNumber(of: ShardTime, sequence: number, letter: number): string {
  return toSequenceNumber(toBase(of, "01", letter), sequence);
}

/** Below every record's number of the shard. */
export function startingNumber(of: ShardTime): string {
  return toBase(of, "00", Math.floor(of.since / 1000)).toString();
}

/** Above every record's number of the shard, which was closed at `untilMs`. */
export function endingNumber(of: ShardTime, untilMs: number): string {
  return (sequenceBase(of, untilMs) + (LAST << SEQUENCE_SHIFT)).toString();
}

/** What a number names; undefined when it is none of ours. */
export function fromSequenceNumber(text: string): SequencePlace | undefined {
  const hex = BigInt(text).toString(16);
  if (hex.length !== DIGITS || !hex.startsWith("2") || !hex.endsWith("2")) {
    return undefined;
  }
  const digits = (from: number, to: number): number => Number.parseInt(hex.slice(from, to), 16);
  const shard = digits(38, 46);
  const kind = hex.slice(27, 29);
  if (digits(10, 11) !== shard % 16 || (kind !== "00" && kind !== "01")) {
    return undefined;
  }
  const letter = kind === "01" ? digits(29, 38) : 0;
  return { shard, sequence: digits(11, 27), since: digits(1, 10), letter };
}

function toBase({ shard, since }: ShardTime, kind: "00" | "01", value: number): bigint {
  const opened = hexOf(Math.floor(since / 1000), 9);
  const low = (shard % 16).toString(16);
  return BigInt(`0x2${opened}${low}${"0".repeat(16)}${kind}${hexOf(value, 9)}${hexOf(shard, 8)}2`);
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0").slice(-digits);
}
