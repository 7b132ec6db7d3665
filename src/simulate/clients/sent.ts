/** What clients sent and what they were told: the only thing that the end of a run is judged by. */

/** One record of a request. */
export interface SentRecord {
  readonly text: string;
  readonly good: boolean;
}

/** A record for which a client was told that it is durable. */
export interface Accepted {
  readonly stream: string;
  readonly id: string;
  readonly text: string;
  readonly client: number;
}

/** A record that was set aside before the answer. */
export interface Rejected {
  readonly stream: string;
  readonly letter: string;
  readonly text: string;
}

export class Sent {
  /** In the order of the answers. */
  readonly accepted: Accepted[] = [];
  readonly rejected: Rejected[] = [];
  /** Texts of good records, by stream, with how often each was sent at all. */
  readonly attempts = new Map<string, number>();
  /** Good records, by stream, of requests whose end nobody was told: some may be there. */
  readonly unknown = new Map<string, number>();
  /** Bad ones of such requests: their letters may be there. */
  unknownBad = 0;
  requests = 0;
  refused = 0;

  attempt(stream: string, records: readonly SentRecord[]): void {
    this.requests += 1;
    for (const { text, good } of records) {
      if (good) {
        const name = `${stream}\n${text}`;
        this.attempts.set(name, (this.attempts.get(name) ?? 0) + 1);
      }
    }
  }

  lose(stream: string, records: readonly SentRecord[]): void {
    const good = records.filter((record) => record.good).length;
    this.unknown.set(stream, (this.unknown.get(stream) ?? 0) + good);
    this.unknownBad += records.length - good;
  }
}
