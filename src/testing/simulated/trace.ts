/** What happened, in order: a hash over all of it, and the newest steps as text. */

const KEPT = 60;
const PRIME = 16_777_619;

export class Trace {
  readonly #kept: string[] = [];
  readonly #now: () => number;
  #one = 2_166_136_261;
  #two = 3_735_928_559;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a step; equal runs note equal steps at equal times. */
  note(step: string): void {
    const line = `${this.#now().toFixed(3)} ${step}`;
    for (let at = 0; at < line.length; at += 1) {
      const code = line.charCodeAt(at);
      this.#one = Math.imul(this.#one ^ code, PRIME);
      this.#two = Math.imul(this.#two, PRIME) ^ code;
    }
    this.#kept[this.#count % KEPT] = line;
    this.#count += 1;
  }

  get hash(): string {
    return [this.#one, this.#two, this.#count]
      .map((word) => (word >>> 0).toString(16).padStart(8, "0"))
      .join("");
  }

  /** The newest steps, oldest first. */
  get last(): readonly string[] {
    const from = this.#count % KEPT;
    return this.#count <= KEPT
      ? [...this.#kept]
      : [...this.#kept.slice(from), ...this.#kept.slice(0, from)];
  }
}
