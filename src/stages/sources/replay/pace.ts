/** When a record of history is due in a replay. Pure. */

export interface Pace {
  /** History's time and the wall clock's that belong together. */
  readonly historyAt: number;
  readonly wallAt: number;
}

export interface Due {
  readonly pace: Pace;
  /** The wall clock's time at which the record may go. */
  readonly at: number;
}

/** A gap longer than `pauseMax` is shortened to it: what follows moves up. A step back in history is not waited for. */
export function toDue(
  pace: Pace | undefined,
  time: number,
  now: { readonly wall: number; readonly speed: number; readonly pauseMax: number },
): Due {
  const { wall, speed, pauseMax } = now;
  if (pace === undefined) {
    return { pace: { historyAt: time, wallAt: wall }, at: wall };
  }
  const at = pace.wallAt + (time - pace.historyAt) / speed;
  const late = Math.min(at, wall + pauseMax);
  return late === at ? { pace, at } : { pace: { historyAt: time, wallAt: late }, at: late };
}
