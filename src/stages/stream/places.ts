/** The memory that a log and its readers in other threads have in common. */

/** Places in it, as 64-bit integers: end of what is durable, and start of what is retained. */
export const SHARED = { durable: 0, oldest: 1, length: 2 } as const;
