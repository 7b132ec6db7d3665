/** What each process claimed of a shard, and how it passes to another when its data folder is lost. Pure. */

import type { Inherited, Lease, Stretch } from "../leases.ts";

/**
 * Two stretches are one unless another process claimed in between; Kinesis has long forgotten the oldest of so many.
 * The lease is written with each claim, so it must stay small.
 */
export const STRETCHES_MAX = 128;

export function addStretch(stretches: readonly Stretch[], next: Stretch): readonly Stretch[] {
  const last = stretches.at(-1);
  if (last !== undefined && last.to === next.from) {
    const joined = { ...last, to: next.to, records: last.records + next.records };
    return [...stretches.slice(0, -1), joined];
  }
  return bounded([...stretches, next]);
}

function bounded(stretches: readonly Stretch[]): readonly Stretch[] {
  if (stretches.length <= STRETCHES_MAX) {
    return stretches;
  }
  const [oldest, ...rest] = stretches.slice(-STRETCHES_MAX);
  return oldest === undefined ? rest : [{ ...oldest, cut: true }, ...rest];
}

export interface Estate {
  /** Whose data folder is lost. */
  readonly of: string;
  readonly heir: string;
  /** Whether some of it may be in a lake or warehouse that outlived that folder. */
  readonly doubled: boolean;
}

/** Everything of the lost one becomes the heir's, and it writes nothing here any more. The same lease when that is so. */
export function inherit(lease: Lease, { of, heir, doubled }: Estate): Lease {
  if (lease.fenced?.includes(of) === true) {
    return lease;
  }
  const { [of]: own = [], ...taken } = lease.taken ?? {};
  // What it was taking over itself, and had not brought in, goes on.
  const { [of]: passed = [], ...inherited } = lease.inherited ?? {};
  const { [of]: _claim, ...claims } = lease.claims;
  const fresh = own.map((stretch): Inherited => ({ ...stretch, of, doubled }));
  const again = passed.map((stretch): Inherited => ({
    ...stretch,
    doubled: stretch.doubled || doubled,
  }));
  const mine = [...(inherited[heir] ?? []), ...fresh, ...again];
  return {
    ...lease,
    owner: lease.owner === of ? undefined : lease.owner,
    claims,
    taken,
    inherited: mine.length === 0 ? inherited : { ...inherited, [heir]: mine },
    fenced: [...(lease.fenced ?? []), of],
  };
}

/** An inherited stretch is in the heir's log: should the heir be lost too, it is part of what the heir had. */
export function broughtIn(lease: Lease, heir: string, { from, to, records }: Inherited): Lease {
  const { [heir]: mine = [], ...inherited } = lease.inherited ?? {};
  const left = mine.filter((stretch) => stretch.to !== to);
  const own = lease.taken?.[heir] ?? [];
  // The heir's newest stays last, so that its next claim joins it.
  const had = bounded([...own.slice(0, -1), { from, to, records }, ...own.slice(-1)]);
  return {
    ...lease,
    inherited: left.length === 0 ? inherited : { ...inherited, [heir]: left },
    taken: { ...lease.taken, [heir]: had },
  };
}
