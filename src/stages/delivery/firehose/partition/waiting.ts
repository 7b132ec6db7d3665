/** What waits in a delivery stream with dynamic partitions: objects in the making, each with a size and an age of its own. Pure. */

import type { Instant } from "../../../../base/clock.ts";

/** Records of a partition, lines of the error output by type, and records as they came. */
export type WaitingKind = "data" | "error" | "backup";

/** Bytes that go into an object of one partition. */
export interface Routed {
  readonly kind: WaitingKind;
  /** The partition's keys, the type of the error, or nothing. */
  readonly part: string;
  /** When the record arrived, milliseconds since 1970. */
  readonly arrivedAt: number;
  readonly data: Buffer;
}

/** An object in the making. */
export interface Waiting {
  readonly id: number;
  readonly kind: WaitingKind;
  readonly part: string;
  /** Arrival of its oldest record. */
  readonly oldestAt: number;
  readonly records: number;
  readonly bytes: number;
}

/** What one intake adds to an object in the making. */
export interface SpoolRow {
  readonly object: number;
  readonly kind: WaitingKind;
  readonly part: string;
  oldestAt: number;
  readonly data: Buffer[];
}

export interface WaitingLimits {
  /** An object is full here, the record that fills it included. */
  readonly sizeBytes: number;
  readonly recordsMax: number;
  readonly ageMs: number;
  /** When so much waits over all partitions, the largest object is due. */
  readonly heldBytesMax: number;
  /** Made at a time; a single object may be larger. */
  readonly batchBytesMax: number;
}

/** The time on the wall, and by a clock that nobody sets. */
export interface Times {
  readonly now: Instant;
  readonly steady: number;
}

interface Growing extends Waiting {
  oldestAt: number;
  records: number;
  bytes: number;
  /** By the steady clock. */
  readonly seenAt: number;
}

/** A record's share of what is held, beside its bytes: where it ends. */
const RECORD_BYTES = 4;

export class WaitingObjects {
  readonly #limits: WaitingLimits;
  readonly #objects = new Map<number, Growing>();
  /** The object of a partition that still takes records. */
  readonly #open = new Map<string, number>();
  /** How many objects wait of each active partition. */
  readonly #active = new Map<string, number>();
  #next = 1;
  #heldBytes = 0;

  constructor(known: readonly Waiting[], limits: WaitingLimits, { steady }: Times) {
    this.#limits = limits;
    for (const waiting of known) {
      this.#begin({ ...waiting, seenAt: steady });
      this.#heldBytes += waiting.bytes + waiting.records * RECORD_BYTES;
    }
  }

  /** Partitions of records that wait. One is active until all of it is delivered. */
  get active(): ReadonlyMap<string, number> {
    return this.#active;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Counts what arrived, and says which object it goes into. An object that is full is closed, the next one begun. */
  add(routed: readonly Routed[], { steady }: Times): SpoolRow[] {
    const rows = new Map<number, SpoolRow>();
    for (const { kind, part, arrivedAt, data } of routed) {
      const open = this.#objects.get(this.#open.get(keyOf({ kind, part })) ?? 0);
      const fresh = { id: this.#next, kind, part, oldestAt: arrivedAt, records: 0, bytes: 0 };
      const object = open ?? this.#begin({ ...fresh, seenAt: steady });
      object.records += 1;
      object.bytes += data.length;
      object.oldestAt = Math.min(object.oldestAt, arrivedAt);
      this.#heldBytes += data.length + RECORD_BYTES;
      const row = rows.get(object.id) ?? {
        object: object.id,
        kind,
        part,
        oldestAt: arrivedAt,
        data: [],
      };
      rows.set(object.id, row);
      row.data.push(data);
      row.oldestAt = Math.min(row.oldestAt, arrivedAt);
      if (this.#isFull(object)) {
        this.#open.delete(keyOf(object));
      }
    }
    return [...rows.values()];
  }

  /** What is to be delivered now, oldest object first; empty when everything may go on waiting. */
  due(times: Times): Waiting[] {
    const { heldBytesMax, batchBytesMax } = this.#limits;
    const all = [...this.#objects.values()];
    let due = all.filter((one) => this.#untilDueMs(one, times) <= 0);
    if (due.length === 0 && this.#heldBytes >= heldBytesMax) {
      due = all.toSorted((one, other) => other.bytes - one.bytes).slice(0, 1);
    }
    let bytes = 0;
    return due.filter((one, place) => {
      bytes += one.bytes;
      return place === 0 || bytes <= batchBytesMax;
    });
  }

  /** How long until something is due, ms; undefined when nothing waits. */
  untilDueMs(times: Times): number | undefined {
    let least: number | undefined;
    for (const one of this.#objects.values()) {
      least = Math.min(least ?? Infinity, this.#untilDueMs(one, times));
    }
    return least;
  }

  find(id: number): Waiting | undefined {
    return this.#objects.get(id);
  }

  /** They are delivered. */
  remove(ids: readonly number[]): void {
    for (const id of ids) {
      const object = this.#objects.get(id);
      if (object === undefined) {
        continue;
      }
      this.#objects.delete(id);
      this.#heldBytes -= object.bytes + object.records * RECORD_BYTES;
      if (this.#open.get(keyOf(object)) === id) {
        this.#open.delete(keyOf(object));
      }
      const left = (this.#active.get(object.part) ?? 1) - 1;
      if (object.kind === "data" && left > 0) {
        this.#active.set(object.part, left);
      } else if (object.kind === "data") {
        this.#active.delete(object.part);
      }
    }
  }

  #begin(object: Growing): Growing {
    this.#objects.set(object.id, object);
    this.#next = Math.max(this.#next, object.id + 1);
    if (!this.#isFull(object)) {
      this.#open.set(keyOf(object), object.id);
    }
    if (object.kind === "data") {
      this.#active.set(object.part, (this.#active.get(object.part) ?? 0) + 1);
    }
    return object;
  }

  #isFull({ bytes, records }: Growing): boolean {
    return bytes >= this.#limits.sizeBytes || records >= this.#limits.recordsMax;
  }

  /** A wall clock that was set back by hours must not hold an object up for hours. */
  #untilDueMs(object: Growing, { now, steady }: Times): number {
    const age = Math.max(now - object.oldestAt, steady - object.seenAt);
    return this.#isFull(object) ? 0 : Math.max(0, this.#limits.ageMs - age);
  }
}

function keyOf({ kind, part }: { readonly kind: WaitingKind; readonly part: string }): string {
  return `${kind} ${part}`;
}
