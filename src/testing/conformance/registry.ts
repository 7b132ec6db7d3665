/** What every registry must do, as named cases over a fresh, empty one. */

import { deepEqual, equal } from "node:assert/strict";
import type { Registry } from "../../seams/registry.ts";

export interface RegistrySubject {
  readonly registry: Registry;
  /** The same registry, as another process opens it. */
  readonly elsewhere: () => Registry;
}

export interface RegistryCase {
  readonly name: string;
  readonly run: (subject: RegistrySubject) => Promise<void>;
}

export const REGISTRY_CASES: readonly RegistryCase[] = [
  {
    name: "has nothing that was not written",
    async run({ registry }) {
      equal(await registry.read("a/b"), undefined);
      deepEqual(await registry.names(""), []);
    },
  },
  {
    name: "gives back the newest version, here and elsewhere",
    async run({ registry, elsewhere }) {
      for (let version = 0; version < 9; version += 1) {
        equal(await registry.write("a/b", `text ${version}`, version), true);
        const expected = { version: version + 1, text: `text ${version}` };
        deepEqual(await elsewhere().read("a/b"), expected);
      }
    },
  },
  {
    name: "takes a version once, whoever tries",
    async run({ registry, elsewhere }) {
      const tries = Array.from({ length: 12 }, (_, i) => elsewhere().write("a", `by ${i}`, 0));
      const outcomes = await Promise.all(tries);
      equal(outcomes.filter(Boolean).length, 1);
      deepEqual(await registry.read("a"), { version: 1, text: `by ${outcomes.indexOf(true)}` });
    },
  },
  {
    name: "refuses who slept, however long",
    async run({ registry, elsewhere }) {
      await registry.write("a", "mine", 0);
      for (let version = 1; version < 12; version += 1) {
        await elsewhere().write("a", `theirs ${version}`, version);
      }
      for (let version = 0; version < 11; version += 1) {
        equal(await registry.write("a", "late", version), false, `at version ${version}`);
      }
      deepEqual(await registry.read("a"), { version: 12, text: "theirs 11" });
      equal(await registry.write("a", "in time", 12), true);
    },
  },
  {
    name: "tells names by their beginnings, whatever their age",
    async run({ registry }) {
      for (const name of ["s/1/a", "s/1/b", "s/2/a", "t"]) {
        for (let version = 0; version < 5; version += 1) {
          await registry.write(name, "x", version);
        }
      }
      deepEqual((await registry.names("s/1/")).toSorted(), ["s/1/a", "s/1/b"]);
      deepEqual((await registry.names("")).toSorted(), ["s/1/a", "s/1/b", "s/2/a", "t"]);
    },
  },
];
