/** The test's hand on the gate of a pipeline's processes: arms one order at a time, and sees it happen. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pause } from "../../journey/running.ts";
import { defined } from "../../../src/base/assert.ts";
import type { Order } from "./gate.ts";

const LOOK_MS = 4;

export class Gatekeeper {
  readonly #folder: string;
  #orders = 0;

  constructor(folder: string) {
    this.#folder = join(folder, "gate");
    mkdirSync(this.#folder, { recursive: true });
  }

  /** What the pipeline's processes must find around them. */
  get env(): Readonly<Record<string, string>> {
    return { MILLRACE_TEST_GATE: this.#folder, NODE_OPTIONS: preloads("preload", "small") };
  }

  /** In force from now on, in place of what was. */
  arm(wish: Omit<Order, "id">): Armed {
    return defined(this.armAll([wish])[0], "each wish is an order");
  }

  /** Many at once; of two over the same writes the first comes first. */
  armAll(wishes: readonly Omit<Order, "id">[]): readonly Armed[] {
    const orders = wishes.map((wish) => {
      this.#orders += 1;
      return { ...wish, id: String(this.#orders) };
    });
    this.#put(orders);
    return orders.map((order) => this.#watch(order));
  }

  #watch({ id }: Order): Armed {
    const prefix = `fired.${id}.`;
    return {
      happened: () => existsSync(join(this.#folder, `${prefix}0`)),
      where: () =>
        readdirSync(this.#folder)
          .filter((name) => name.startsWith(prefix))
          .map((name) => readFileSync(join(this.#folder, name), "utf8")),
      until: async (patienceMs) => {
        const until = performance.now() + patienceMs;
        while (!existsSync(join(this.#folder, `${prefix}0`))) {
          if (performance.now() > until) {
            return false;
          }
          await pause(LOOK_MS);
        }
        return true;
      },
    };
  }

  disarm(): void {
    this.#put([]);
  }

  #put(orders: readonly Order[]): void {
    const path = join(this.#folder, "armed.json");
    writeFileSync(`${path}.new`, JSON.stringify(orders));
    renameSync(`${path}.new`, path);
  }
}

/** Node's option by which each process and thread loads files of this folder before anything else. */
export function preloads(...names: readonly ("clock" | "preload" | "small")[]): string {
  const urls = names.map((name) => pathToFileURL(join(import.meta.dirname, `${name}.ts`)).href);
  return urls.map((url) => `--import=${url}`).join(" ");
}

export interface Armed {
  happened(): boolean;
  /** Process, operation and path of each time. */
  where(): readonly string[];
  /** Whether it happened within that time. */
  until(patienceMs: number): Promise<boolean>;
}
