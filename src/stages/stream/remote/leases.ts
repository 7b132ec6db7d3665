/** Who reads which shard: what several processes do so that each shard has one reader, and each reader its share. Pure. */

import type { RemoteShard } from "./client.ts";

/** What a process has taken from a shard: everything after `from`, up to and with `to`. */
export interface Claim {
  /** Undefined is the beginning of the shard. */
  readonly from?: string | undefined;
  readonly to: string;
}

/** What one process claimed of a shard without a gap, and how many records that were. */
export interface Stretch extends Claim {
  readonly records: number;
  /** Set on the oldest that is still written down, where there were older ones. */
  readonly cut?: true;
}

/** A stretch of a process whose data folder is lost, on its way into the log of another. */
export interface Inherited extends Stretch {
  /** Who had claimed it. */
  readonly of: string;
  /** Whether some of it may be in a lake or warehouse that outlived that folder. */
  readonly doubled: boolean;
}

/** What is agreed on about one shard. */
export interface Lease {
  /** Who may read it; undefined when it was given back. */
  readonly owner?: string | undefined;
  /** Until when, ms since 1970; the owner renews it, and anybody may take it afterwards. */
  readonly until: number;
  /** Everything up to here is somebody's, who has it in its log or will: the next reader begins behind it. */
  readonly claimed?: string | undefined;
  /** The newest claim of each process that ever read it. */
  readonly claims: Readonly<Record<string, Claim>>;
  /** The shard was closed, and all of it is claimed. */
  readonly ended: boolean;
  /** All that each process claimed, in order: what another takes over when its data folder is lost. */
  readonly taken?: Readonly<Record<string, readonly Stretch[]>>;
  /** What each process takes over and has not brought in yet. */
  readonly inherited?: Readonly<Record<string, readonly Inherited[]>>;
  /** Processes whose claims were taken over: they write nothing here any more. */
  readonly fenced?: readonly string[];
}

export const NO_LEASE: Lease = { until: 0, claims: {}, ended: false };

export interface LeaseView {
  readonly me: string;
  readonly now: number;
  readonly shards: readonly RemoteShard[];
  readonly leases: ReadonlyMap<string, Lease>;
  /** Processes that say they read this stream, this one too. */
  readonly alive: readonly string[];
}

export interface LeaseOrders {
  readonly take: readonly string[];
  readonly release: readonly string[];
}

/** Shards that may be read now: not ended, and all of whose parents are. A parent Kinesis has forgotten is ended. */
export function readable({
  shards,
  leases,
}: Pick<LeaseView, "shards" | "leases">): readonly string[] {
  const known = new Set(shards.map(({ id }) => id));
  const isEnded = (id: string): boolean => !known.has(id) || leases.get(id)?.ended === true;
  const open = shards.filter(({ id, parents }) => !isEnded(id) && parents.every(isEnded));
  return open.map(({ id }) => id);
}

/** Shares differ by one at most; who gets one more is settled by name, so that nobody waits for the other. */
export function shareOf(shards: number, alive: readonly string[], me: string): number {
  const all = [...new Set([...alive, me])].toSorted();
  const extra = all.indexOf(me) < shards % all.length ? 1 : 0;
  return Math.floor(shards / all.length) + extra;
}

export function orderLeases(view: LeaseView): LeaseOrders {
  const { me, now, leases, alive } = view;
  const open = readable(view);
  const isMine = (id: string): boolean => leases.get(id)?.owner === me;
  const isFree = (id: string): boolean => {
    const { owner, until } = leases.get(id) ?? NO_LEASE;
    return owner === undefined || until < now;
  };
  const mine = open.filter(isMine);
  const free = open.filter((id) => !isMine(id) && isFree(id));
  const room = shareOf(open.length, alive, me) - mine.length;
  return {
    take: free.slice(0, Math.max(0, room)),
    release: room < 0 ? mine.slice(room) : [],
  };
}
