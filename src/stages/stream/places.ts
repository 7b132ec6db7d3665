/** The memory that a log and its readers in other threads have in common. */

/** Places in it, as 64-bit integers: end of what is durable, and start of what is retained. */
export const SHARED = { durable: 0, oldest: 1, length: 2 } as const;

export interface Patience {
  readonly ms: number;
  readonly signal: AbortSignal | undefined;
}

/** Resolves when the durable position moves from `durable`, or the time is over, or on abort. */
export type Watch = (places: BigInt64Array, durable: bigint, patience: Patience) => Promise<void>;

/** Wakes when another thread, or this one, publishes a commit. */
export const nextCommit: Watch = (places, durable, { ms, signal }) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const moved = Atomics.waitAsync(places, SHARED.durable, durable, ms);
  if (!moved.async) {
    return Promise.resolve();
  }
  // The timer also keeps the thread alive, which a wait on memory alone does not.
  const timer = setTimeout(resolve, ms);
  const onAbort = (): void => resolve();
  signal?.addEventListener("abort", onAbort);
  void moved.value.then(() => resolve());
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  });
};
