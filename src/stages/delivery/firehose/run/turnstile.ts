/** How many bytes of cuts are in memory at a time, over all delivery streams. */

export class Turnstile {
  readonly #bytesMax: number;
  #held = 0;
  #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Resolves when `bytes` fit, or when nothing else is held; dispose gives them back. */
  async enter(bytes: number): Promise<Disposable> {
    if (this.#held > 0 && this.#held + bytes > this.#bytesMax) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push({ bytes, enter: resolve });
      await promise;
    } else {
      this.#held += bytes;
    }
    return {
      [Symbol.dispose]: () => {
        this.#held -= bytes;
        this.#admit();
      },
    };
  }

  /** In order: a large cut is not passed by small ones for ever. */
  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#held > 0 && this.#held + next.bytes > this.#bytesMax) {
        return;
      }
      this.#waiting.shift();
      this.#held += next.bytes;
      next.enter();
    }
  }
}
