/** All processes of a simulated pipeline: each is opened, ended and opened again, alone or with the others. */

import { type Life, Life as NewLife } from "../../testing/simulated/schedule.ts";
import type { Front } from "../../runtime/front.ts";
import { JournalFile } from "../journal.ts";
import { HouseFile } from "../warehouse/house.ts";
import type { World } from "../world.ts";
import { type DeliveryProcess, openDeliveryProcess } from "./delivery.ts";
import { openFrontProcess } from "./front.ts";
import { openWarehouseProcess, type WarehouseProcess } from "./warehouse.ts";

export type ProcessName = "front" | "delivery" | "warehouse";

/** A process that is open, or about to be. */
interface Place<T extends AsyncDisposable> {
  life: Life | undefined;
  process: T | undefined;
  lives: number;
}

const RESTART_MS = 400;
const STOP_MS = 20_000;

export class Pipeline {
  readonly journal = new JournalFile();
  readonly house = new HouseFile();
  readonly #world: World;
  readonly #front: Place<Front> = { life: undefined, process: undefined, lives: 0 };
  readonly #delivery: Place<DeliveryProcess> = { life: undefined, process: undefined, lives: 0 };
  readonly #warehouse: Place<WarehouseProcess> = { life: undefined, process: undefined, lives: 0 };
  #stopped = false;

  constructor(world: World) {
    this.#world = world;
    void this.#keep("front", this.#front, (life) => openFrontProcess(world, life));
    void this.#keep("delivery", this.#delivery, (life) => this.#openDelivery(life));
    void this.#keep("warehouse", this.#warehouse, (life) =>
      openWarehouseProcess(world, life, this.house),
    );
  }

  get front(): Front | undefined {
    return this.#front.process;
  }

  /** Resolves when the front that is open now ends; at once when none is. */
  get frontOver(): Promise<void> {
    return this.#front.life?.over ?? Promise.resolve();
  }

  get delivery(): DeliveryProcess | undefined {
    return this.#delivery.process;
  }

  get warehouse(): WarehouseProcess | undefined {
    return this.#warehouse.process;
  }

  get lives(): number {
    return this.#front.lives + this.#delivery.lives + this.#warehouse.lives;
  }

  /** Ends a process in the middle of what it does. Delivery is a thread of the front and ends with it. */
  kill(name: ProcessName): void {
    const names: readonly ProcessName[] = name === "front" ? ["delivery", "front"] : [name];
    for (const each of names) {
      const { life } = this.#place(each);
      if (life !== undefined) {
        this.#world.note(`kill ${life.name}`);
        life.end();
        this.#world.disk.kill(life);
      }
    }
  }

  cutPower(): void {
    this.#world.note("power cut");
    this.kill("front");
    this.kill("warehouse");
    this.#world.disk.cutPower();
    this.journal.cutPower(this.#world);
  }

  /** Asks a process to end, and ends it when it does not. */
  async stop(name: ProcessName): Promise<void> {
    if (name === "front") {
      await this.stop("delivery");
    }
    const place = this.#place(name);
    const { life, process } = place;
    if (life === undefined || process === undefined) {
      return;
    }
    place.process = undefined;
    this.#world.note(`stop ${life.name}`);
    await Promise.race([
      this.#dispose(life, process),
      this.#world.schedule.wait(STOP_MS),
      life.over,
    ]);
    this.#world.note(`stopped ${life.name}`);
    this.kill(name);
  }

  /** From now on nothing is opened again. */
  async stopAll(): Promise<void> {
    this.#stopped = true;
    await this.stop("front");
    await this.stop("warehouse");
  }

  async #dispose(life: Life, process: AsyncDisposable): Promise<void> {
    try {
      await process[Symbol.asyncDispose]();
    } catch (thrown) {
      this.#world.tell(`stop ${life.name}`, thrown);
    }
  }

  #place(name: ProcessName): Place<AsyncDisposable> {
    return { front: this.#front, delivery: this.#delivery, warehouse: this.#warehouse }[name];
  }

  async #openDelivery(life: Life): Promise<DeliveryProcess> {
    const { schedule } = this.#world;
    while (this.front === undefined) {
      await schedule.wait(RESTART_MS / 4);
    }
    const announced = (stream: string, cut: number): void => {
      // Between processes a message takes its time, overtakes others, and finds nobody there.
      const ms = 20 * this.#world.chance.next();
      schedule.after(ms, () => this.warehouse?.loader.wake(stream, cut));
    };
    const means = { front: this.front, journal: this.journal, announced };
    return await openDeliveryProcess(this.#world, life, means);
  }

  async #keep<T extends AsyncDisposable>(
    name: ProcessName,
    place: Place<T>,
    open: (life: Life) => Promise<T>,
  ): Promise<void> {
    while (!this.#stopped) {
      place.lives += 1;
      const life = new NewLife(`${name}${place.lives}`);
      place.life = life;
      try {
        const process = await Promise.race([open(life), life.over]);
        if (process !== undefined && life.alive) {
          this.#world.note(`${life.name} is open`);
          place.process = process;
          await life.over;
        }
      } catch (thrown) {
        this.#world.tell(`${life.name} does not open`, thrown);
        life.end();
        this.#world.disk.kill(life);
      }
      place.process = undefined;
      await this.#world.schedule.wait(RESTART_MS * this.#world.chance.next());
    }
  }
}
