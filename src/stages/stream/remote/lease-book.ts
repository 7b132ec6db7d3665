/** Leases as several processes keep them: in a registry, each written only by who knows its newest version. */

import { assert } from "../../../base/assert.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Registry } from "../../../seams/registry.ts";
import { type Claim, type Lease, NO_LEASE } from "./leases.ts";

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

export class LeaseBook {
  readonly #options: LeaseBookOptions;
  readonly #seen = new Map<string, Seen>();
  #beat = 0;
  #beatVersion: number | undefined;

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
  async claim(shard: string, claim: Claim): Promise<boolean> {
    return await this.#write(shard, (lease) => ({
      ...lease,
      until: this.#until(),
      claimed: claim.to,
      claims: { ...lease.claims, [this.me]: claim },
    }));
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
    for (const name of await registry.names(`${this.#folder}/readers/`)) {
      const entry = await registry.read(name);
      if (entry !== undefined && Number(entry.text) >= now) {
        alive.push(name.slice(`${this.#folder}/readers/`.length));
      }
    }
    return [...new Set(alive)];
  }

  /** Says that this process reads no more. */
  async leave(): Promise<void> {
    await this.#say(0);
  }

  async #say(until: number): Promise<void> {
    const { registry, me } = this.#options;
    const name = `${this.#folder}/readers/${me}`;
    this.#beatVersion ??= (await registry.read(name))?.version ?? 0;
    const wrote = await registry.write(name, String(until), this.#beatVersion);
    this.#beatVersion = wrote ? this.#beatVersion + 1 : undefined;
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
