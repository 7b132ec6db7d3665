/** Announcements in memory, for tests: the same promises, no lake. */

import { isDeepStrictEqual } from "node:util";
import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import type { Announcements, Manifest } from "../../seams/announce.ts";

export function openMemoryAnnouncements(): Announcements {
  return new MemoryAnnouncements();
}

class MemoryAnnouncements implements Announcements {
  readonly #streams = new Map<string, Manifest[]>();

  async publish(manifest: Manifest): Promise<void> {
    const { stream, cut } = manifest;
    const published = this.#streams.get(stream) ?? [];
    assert(cut <= published.length + 1, "cuts are published in order without gaps");
    const there = published[cut - 1];
    if (there === undefined) {
      this.#streams.set(stream, [...published, structuredClone(manifest)]);
    } else if (!isDeepStrictEqual(there, manifest)) {
      const name = `${stream} ${cut}`;
      throw new Fault("OBJECT_DAMAGED", { name, cause: "it announces something else" });
    }
  }

  async read(stream: string, cut: number): Promise<Manifest | undefined> {
    return this.#streams.get(stream)?.[cut - 1];
  }

  async newest(stream: string): Promise<number> {
    return this.#streams.get(stream)?.length ?? 0;
  }
}
