/** Leases as several processes keep them: in a registry, each written only by who knows its newest version. */

import { assert } from "../../../base/assert.ts";
import type { Clock } from "../../../base/clock.ts";
import { Fault } from "../../../base/faults.ts";
import type { Registry } from "../../../seams/registry.ts";
import { estatesOf, heirIn, readerName, refuseFenced } from "./heirs/fence.ts";
import { addStretch } from "./heirs/stretches.ts";
import { type Lease, NO_LEASE, type Stretch } from "./leases.ts";

export interface LeaseBookOptions {
  readonly registry: Registry;
  readonly stream: string;
  /** This process, unlike any other. */
  readonly me: string;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** One shard's lease, as this process last saw it. */
interface Seen {
  readonly lease: Lease;
  readonly version: number;
}

const SETTLE_ATTEMPTS = 20;

export class LeaseBook {
  readonly #options: LeaseBookOptions;
  readonly #seen = new Map<string, Seen>();
  #beat = 0;
  #beatVersion: number | undefined;
  #heirOf: readonly string[] = [];

  constructor(options: LeaseBookOptions) {
    this.#options = options;
  }

  get me(): string {
    return this.#options.me;
  }

  lease(shard: string): Lease {
    return this.#seen.get(shard)?.lease ?? NO_LEASE;
  }

  leases(): ReadonlyMap<string, Lease> {
    return new Map([...this.#seen].map(([shard, { lease }]) => [shard, lease]));
  }

  /** Processes whose claims this one has taken over, as the last beat saw it. */
  get heirOf(): readonly string[] {
    return this.#heirOf;
  }

  /** All shards that anybody ever claimed of, those that Kinesis has forgotten among them. */
  async everClaimed(): Promise<readonly string[]> {
    const folder = `${this.#folder}/shards/`;
    const names = await this.#options.registry.names(folder);
    return names.map((name) => name.slice(folder.length)).toSorted();
  }

  /** Looks at everybody's leases again. */
  async look(shards: readonly string[]): Promise<void> {
    for (const shard of shards) {
      // Of an ended shard nothing changes any more.
      if (!this.lease(shard).ended) {
        await this.#read(shard);
      }
    }
  }

  /** Takes a shard, or takes it up again. False when another was faster. */
  async take(shard: string): Promise<boolean> {
    return await this.#write(shard, (lease) => ({
      ...lease,
      owner: this.me,
      until: this.#until(),
    }));
  }

  /** False when it is another's by now: then nothing more of it is read. */
  async renew(shard: string): Promise<boolean> {
    return await this.#write(shard, (lease) => ({ ...lease, until: this.#until() }));
  }

  /** Written down before anything of it is kept: a crash repeats it, and nobody else reads it. False as `renew`. */
  async claim(shard: string, { from, to, records }: Stretch): Promise<boolean> {
    return await this.#write(shard, (lease) => ({
      ...lease,
      until: this.#until(),
      claimed: to,
      claims: { ...lease.claims, [this.me]: { from, to } },
      taken: {
        ...lease.taken,
        [this.me]: addStretch(lease.taken?.[this.me] ?? [], { from, to, records }),
      },
    }));
  }

  /** Writes what was decided from the newest that is known, however often others write meanwhile. */
  async settle(shard: string, change: (lease: Lease) => Lease): Promise<void> {
    for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt += 1) {
      await this.#read(shard);
      const lease = this.lease(shard);
      if (change(lease) === lease || (await this.#write(shard, change))) {
        return;
      }
    }
    const cause = `the lease of ${shard} changes faster than it can be written`;
    throw new Fault("STREAM_UNREACHABLE", { stream: this.#options.stream, cause });
  }

  async end(shard: string): Promise<boolean> {
    return await this.#write(shard, (lease) => ({ ...lease, ended: true, owner: undefined }));
  }

  async release(shard: string): Promise<void> {
    await this.#write(shard, (lease) => ({ ...lease, owner: undefined }));
  }

  /** Says that this process reads the stream, and tells who else does. */
  async beat(): Promise<readonly string[]> {
    const { registry, clock, leaseMs, me } = this.#options;
    const now = clock.now();
    if (now - this.#beat >= leaseMs / 3) {
      await this.#say(now + leaseMs);
      this.#beat = now;
    }
    const alive: string[] = [me];
    const heirs = new Map<string, string>();
    for (const name of await registry.names(`${this.#folder}/readers/`)) {
      const reader = name.slice(`${this.#folder}/readers/`.length);
      const { text = "0" } = (await registry.read(name)) ?? {};
      const heir = heirIn(text);
      if (heir !== undefined) {
        heirs.set(reader, heir);
      } else if (Number(text) >= now) {
        alive.push(reader);
      }
    }
    this.#heirOf = estatesOf(me, heirs);
    return [...new Set(alive)];
  }

  /** Says that this process reads no more. */
  async leave(): Promise<void> {
    await this.#say(0);
  }

  async #say(until: number): Promise<void> {
    const { registry, me, stream } = this.#options;
    const name = readerName(stream, me);
    this.#beatVersion ??= await this.#unfenced(name);
    const wrote = await registry.write(name, String(until), this.#beatVersion);
    // Nobody else writes it, but who takes over what this process had claimed.
    this.#beatVersion = wrote ? this.#beatVersion + 1 : await this.#unfenced(name);
  }

  /** The newest version of what this process says of itself. Throws STREAM_FENCED. */
  async #unfenced(name: string): Promise<number> {
    const { registry, stream } = this.#options;
    const entry = await registry.read(name);
    refuseFenced(stream, entry?.text);
    return entry?.version ?? 0;
  }

  async #read(shard: string): Promise<Seen> {
    const entry = await this.#options.registry.read(this.#nameOf(shard));
    const lease = entry === undefined ? NO_LEASE : (JSON.parse(entry.text) as Lease); // Our own text.
    const seen = { lease, version: entry?.version ?? 0 };
    const known = this.#seen.get(shard);
    // What was written while this was being read is newer.
    if (known !== undefined && known.version > seen.version) {
      return known;
    }
    this.#seen.set(shard, seen);
    return seen;
  }

  async #write(shard: string, change: (lease: Lease) => Lease): Promise<boolean> {
    const { lease, version } = this.#seen.get(shard) ?? { lease: NO_LEASE, version: 0 };
    if (lease.fenced?.includes(this.me) === true) {
      const { stream } = this.#options;
      throw new Fault("STREAM_FENCED", { stream, heir: "another process" });
    }
    const next = change(lease);
    assert(next.until >= 0, "a lease ends at some time");
    // Two texts of two processes are never equal: each has its own name in what it changes, or a later time.
    const text = JSON.stringify({ ...next, by: this.me });
    if (await this.#options.registry.write(this.#nameOf(shard), text, version)) {
      this.#seen.set(shard, { lease: next, version: version + 1 });
      return true;
    }
    await this.#read(shard);
    return false;
  }

  #until(): number {
    return this.#options.clock.now() + this.#options.leaseMs;
  }

  get #folder(): string {
    return `streams/${this.#options.stream}`;
  }

  #nameOf(shard: string): string {
    return `${this.#folder}/shards/${shard}`;
  }
}
