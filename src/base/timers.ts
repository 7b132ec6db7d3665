/** Waiting as an argument: timers that tests hold, and that a simulation orders. */

export interface Timers {
  /** Milliseconds by a clock that nobody sets; only differences mean something. */
  elapsed(): number;
  /** Calls `act` once after `ms`; what it gives takes that back. */
  after(ms: number, act: () => void): () => void;
  /** Calls `act` when all that the present turn of the event loop has read is handled. */
  soon(act: () => void): void;
}

export const systemTimers: Timers = {
  elapsed: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  soon: (act) => void setImmediate(act),
};
