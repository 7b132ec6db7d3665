/** Texts of queries that were judged fine: the verdict is of the text alone, and programs ask the same again and again. */

/** Characters of all texts together; the one that was not asked for longest goes first. */
const CHARS_MAX = 2_097_152;

export class JudgedTexts {
  /** In the order of their last use. */
  readonly #fine = new Set<string>();
  #chars = 0;

  knows(sql: string): boolean {
    if (!this.#fine.delete(sql)) {
      return false;
    }
    this.#fine.add(sql);
    return true;
  }

  /** Only what passed: a text that is refused is judged each time, with its reasons. */
  note(sql: string): void {
    if (this.#fine.has(sql)) {
      return;
    }
    this.#fine.add(sql);
    this.#chars += sql.length;
    for (const oldest of this.#fine) {
      if (this.#chars <= CHARS_MAX) {
        break;
      }
      this.#fine.delete(oldest);
      this.#chars -= oldest.length;
    }
  }
}
