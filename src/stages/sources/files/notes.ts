/** What a source of files keeps of each file, and the newest of what it has to say. */

import type { Identity } from "./identity.ts";
import type { Validators } from "./web.ts";

export interface Noted {
  readonly identity: Identity;
  /** What its records' ids begin with. */
  readonly key: string;
  /** Records brought. */
  readonly records: number;
  /** Still being read, read to its end, or not to be read. */
  readonly end: "open" | "done" | "bad";
  /** Of all its bytes, once they were read. */
  readonly hash?: string | undefined;
  readonly validators?: Validators | undefined;
  readonly version?: string | undefined;
}

const SHOWN_MAX = 10;
const CHARS_MAX = 300;

/** What `readFiles` has written; nobody else writes there. */
export function toNoted(text: string | undefined): Noted | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Noted);
}

export function showNotes(notes: readonly string[]): string[] {
  return notes.slice(-SHOWN_MAX).map((note) => note.slice(0, CHARS_MAX));
}
