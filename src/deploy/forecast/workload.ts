/** What is known of a stream before it is deployed: its rate, and the sizes that a rehearsal measured. */

export interface Workload {
  readonly stream: string;
  readonly eventsPerSecond: number;
  /** Mean bytes of an event as it is sent, and its largest. */
  readonly eventBytes: number;
  readonly eventBytesMax: number;
  /** Mean bytes of a row as delivered, before compression. */
  readonly rowBytes: number;
  /** Bytes of an object over the bytes of its rows before compression. */
  readonly compressed: number;
  /** Events a request carries. */
  readonly eventsPerRequest: number;
  /** Distinct partition keys of the sample, and the share of events that the commonest has. */
  readonly keys: number;
  readonly hottestKey: number;
  /** Share of events that become rows: the rest is dropped or set aside. */
  readonly kept: number;
}

export const MONTH_HOURS = 730;
export const MONTH_SECONDS = MONTH_HOURS * 3600;
export const GIB = 1_073_741_824;
export const GB = 1_000_000_000;
export const MIB = 1_048_576;
