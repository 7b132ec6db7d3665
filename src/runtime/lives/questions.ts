/** Yes-or-no questions to something that may die before it answers: its next life is asked again. */

export type Say = (question: { readonly id: number; readonly timeoutMs: number }) => void;

interface Open {
  readonly timeoutMs: number;
  readonly answer: (yes: boolean) => void;
}

export class Questions {
  readonly #say: Say;
  readonly #open = new Map<number, Open>();
  #next = 1;

  constructor(say: Say) {
    this.#say = say;
  }

  /** The answer, or false when none came in time. */
  async ask(timeoutMs: number): Promise<boolean> {
    const id = this.#next;
    this.#next += 1;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#open.set(id, { timeoutMs, answer: resolve });
    const timer = setTimeout(() => resolve(false), timeoutMs);
    this.#say({ id, timeoutMs });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#open.delete(id);
    }
  }

  answer(id: number, yes: boolean): void {
    this.#open.get(id)?.answer(yes);
  }

  /** Asks every open question again, of a life that has just begun. */
  repeat(): void {
    this.#open.forEach(({ timeoutMs }, id) => this.#say({ id, timeoutMs }));
  }

  /** Nobody is left to answer. */
  end(): void {
    this.#open.forEach(({ answer }) => answer(false));
  }
}
