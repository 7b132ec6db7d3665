/** The life of delivery streams: made, put into, changed, deleted. Each change is on disk before it is answered. */

import { causeOf, Fault } from "../../../../base/faults.ts";
import { type Appender, toBatch } from "../../../../seams/append.ts";
import { WireFault } from "../../../../wire/wire-fault.ts";
import { inUse, invalid, notFound } from "../config/refuse.ts";
import { toDestination } from "../config/to-destination.ts";
import type { RunPlan } from "../run/stream-run.ts";
import type { Entry, Tag } from "./entry.ts";
import type { Registry } from "./registry.ts";
import type { FirehoseWorld, OwnStream, PutAbout } from "./world.ts";

export type Status = "CREATING" | "ACTIVE" | "DELETING";

export type Found =
  | { readonly kind: "made"; readonly entry: Entry; readonly status: Status }
  | { readonly kind: "own"; readonly own: OwnStream };

interface Life {
  status: Status;
  /** Settles when records can be taken; rejects with why they cannot. */
  readonly log: Promise<Appender | undefined>;
}

const STREAMS_MAX = 256;

export class DeliveryStreams {
  readonly world: FirehoseWorld;
  readonly #registry: Registry;
  readonly #lives = new Map<string, Life>();
  #changing = Promise.resolve();

  constructor(world: FirehoseWorld, registry: Registry) {
    this.world = world;
    this.#registry = registry;
  }

  /** Takes up every delivery stream that was there, and ends the deletions that were begun. */
  async resume(): Promise<void> {
    for (const entry of this.#registry.all()) {
      if (!entry.deleting) {
        this.#begin(entry);
      }
    }
    await this.#serve();
  }

  names(): readonly string[] {
    const made = this.#registry.all().map(({ name }) => name);
    return [...new Set([...made, ...this.world.own.keys()])].toSorted();
  }

  arnOf(name: string): string {
    return `arn:aws:firehose:${this.world.region}:${this.world.account}:deliverystream/${name}`;
  }

  /** Throws ResourceNotFoundException. */
  find(name: string): Found {
    const entry = this.#registry.find(name);
    if (entry !== undefined) {
      const status = this.#lives.get(name)?.status ?? "DELETING";
      return { kind: "made", entry, status };
    }
    const own = this.world.own.get(name);
    if (own === undefined) {
      throw notFound(name, this.world.account);
    }
    return { kind: "own", own };
  }

  /** One that may be changed over the wire. Throws ResourceNotFoundException, ResourceInUseException. */
  findMade(name: string): Entry {
    const found = this.find(name);
    if (found.kind === "own") {
      throw inUse(`Firehose ${name} is defined in pipeline.ts and changed only there.`);
    }
    if (found.status !== "ACTIVE") {
      throw inUse(`Firehose ${name} is not ACTIVE, instead in state ${found.status}.`);
    }
    return found.entry;
  }

  create(entry: Entry): void {
    const { name } = entry;
    if (this.#registry.find(name) !== undefined || this.world.own.has(name)) {
      throw inUse(`Firehose ${name} under accountId ${this.world.account} already exists`);
    }
    if (this.#registry.all().length >= STREAMS_MAX) {
      throw new WireFault(
        "LimitExceededException",
        `You have already consumed your firehose quota of ${STREAMS_MAX} hoses.`,
      );
    }
    this.#registry.keep(entry);
    this.#begin(entry);
    void this.#serve();
  }

  /** Another destination, tags or encryption in place of the old. */
  async change(entry: Entry): Promise<void> {
    this.#registry.keep(entry);
    await this.#serve();
  }

  isEncrypted(name: string): boolean {
    const found = this.find(name);
    return found.kind === "made" && found.entry.encryption.Status === "ENABLED";
  }

  tagsOf(found: Found): readonly Tag[] {
    return found.kind === "made" ? found.entry.tags : this.#registry.ownTags(found.own.plan.name);
  }

  keepTags(found: Found, tags: readonly Tag[]): void {
    if (found.kind === "made") {
      this.#registry.keep({ ...found.entry, tags });
    } else {
      this.#registry.keepOwnTags(found.own.plan.name, tags);
    }
  }

  /** What waits to be delivered is thrown away. */
  delete(name: string): void {
    const found = this.find(name);
    if (found.kind === "own") {
      throw inUse(`Firehose ${name} is defined in pipeline.ts and removed only there.`);
    }
    if (found.status === "DELETING") {
      return;
    }
    const life = this.#lives.get(name);
    if (life !== undefined) {
      life.status = "DELETING";
    }
    this.#registry.keep({ ...found.entry, deleting: true });
    void this.#serve();
  }

  /** Durable when resolved. Throws ResourceNotFoundException, InvalidArgumentException, ServiceUnavailableException. */
  async put(name: string, records: readonly Buffer[], about: PutAbout): Promise<void> {
    const found = this.find(name);
    try {
      if (found.kind === "own") {
        await found.own.put(records, about);
        return;
      }
      if (found.entry.source !== undefined) {
        throw invalid(
          `This operation is not permitted on KinesisStreamAsSource delivery stream type.`,
        );
      }
      const log = await this.#lives.get(name)?.log;
      if (log === undefined || found.status === "DELETING") {
        throw notFound(name, this.world.account);
      }
      await log.append(toBatch(records));
    } catch (thrown) {
      throw toWireFault(thrown);
    }
  }

  #begin(entry: Entry): void {
    const log =
      entry.source === undefined ? this.world.openLog(entry.id) : Promise.resolve(undefined);
    const life: Life = { status: "CREATING", log };
    this.#lives.set(entry.name, life);
    void this.#activate(life);
  }

  async #activate(life: Life): Promise<void> {
    try {
      await life.log;
      life.status = life.status === "CREATING" ? "ACTIVE" : life.status;
    } catch (thrown) {
      // Whoever puts a record hears of it too.
      this.world.log(`a delivery stream's log cannot be opened: ${causeOf(thrown)}`);
    }
  }

  /** Tells the deliverer what there is now, and ends deletions when it has heard; one change after the other. */
  #serve(): Promise<void> {
    this.#changing = this.#serveAfter(this.#changing);
    return this.#changing;
  }

  async #serveAfter(before: Promise<void>): Promise<void> {
    await before;
    try {
      const plans: RunPlan[] = [];
      for (const entry of this.#registry.all()) {
        if (!entry.deleting && (await this.#isOpen(entry))) {
          plans.push(...this.#planOf(entry));
        }
      }
      const gone = this.#registry.all().filter(({ deleting }) => deleting);
      const ids = gone.map(({ id }) => id);
      if (await this.world.serve(plans, ids)) {
        await Promise.all(gone.map((entry) => this.#remove(entry)));
      }
    } catch (thrown) {
      this.world.log(`delivery streams are not delivered: ${causeOf(thrown)}`);
    }
  }

  async #isOpen({ name }: Entry): Promise<boolean> {
    const life = this.#lives.get(name);
    try {
      await life?.log;
      return life !== undefined;
    } catch {
      return false;
    }
  }

  /** Nothing for one whose function or table the pipeline no longer has: its records wait in their log. */
  #planOf({ id, name, version, source, given }: Entry): RunPlan[] {
    try {
      const destination = toDestination(given, this.world.around);
      const { region } = this.world;
      const of = { sourceArn: source?.arn, from: source?.from };
      return [{ id, name, arn: this.arnOf(name), region, version, destination, ...of }];
    } catch (thrown) {
      this.world.log(`delivery stream ${name} waits: ${causeOf(thrown)}`);
      return [];
    }
  }

  /** Its name last: whatever ends this before, the next start goes on with it. */
  async #remove({ name, id, source }: Entry): Promise<void> {
    try {
      if (source === undefined) {
        await this.#lives.get(name)?.log.catch(() => undefined);
        await this.world.removeLog(id);
      }
      this.#lives.delete(name);
      this.#registry.forget(name);
    } catch (thrown) {
      // It stays DELETING, and the next change or start tries again.
      this.world.log(`delivery stream ${name} could not be removed: ${causeOf(thrown)}`);
    }
  }
}

/** Waiting helps, or it does not: that is what a client of Firehose branches on. */
function toWireFault(thrown: unknown): WireFault {
  if (thrown instanceof WireFault) {
    return thrown;
  }
  if (thrown instanceof Fault && !thrown.retry) {
    return invalid(`${thrown.message} ${thrown.remedy}`);
  }
  const message = thrown instanceof Fault ? `Slow down. ${thrown.message}` : causeOf(thrown);
  return new WireFault("ServiceUnavailableException", message, 503);
}
