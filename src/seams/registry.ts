/** process → process. Small facts several processes agree on, each written only by who knows its newest version. */

export interface Entry {
  /** Counted from 1. */
  readonly version: number;
  readonly text: string;
}

export interface Registry {
  read(name: string): Promise<Entry | undefined>;
  /** Names that begin with `prefix`. */
  names(prefix: string): Promise<readonly string[]>;
  /**
   * Writes version `version + 1`, where `version` is the newest, 0 for a new entry. False when it is not: nothing of
   * `text` is there then.
   */
  write(name: string, text: string, version: number): Promise<boolean>;
}
