/** Manifests kept in an object store under dense numbers, so that a reader needs no listing. */

import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import type { Announcements, Manifest, StagedManifest } from "../../seams/announce.ts";
import type { ObjectStore, StagedObject } from "../../seams/store.ts";
import { fromManifestText, manifestName, manifestText } from "./manifest.ts";
import { stageOrHold } from "./stage.ts";

export function openAnnouncements(store: ObjectStore): Announcements {
  return new StoreAnnouncements(store);
}

class StoreAnnouncements implements Announcements {
  readonly #store: ObjectStore;
  /** The newest cut known per stream; others may have published since. Bounded by the number of streams. */
  readonly #newest = new Map<string, number>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async publish(manifest: Manifest): Promise<void> {
    await using staged = await this.stage(manifest);
    await staged.publish();
  }

  async stage(manifest: Manifest): Promise<StagedManifest> {
    const name = manifestName(manifest.stream, manifest.cut);
    const bytes = Buffer.from(manifestText(manifest));
    const staged = await stageOrHold(this.#store, name, [bytes]);
    return {
      publish: () => this.#publish(manifest, bytes, staged),
      [Symbol.asyncDispose]: () => staged[Symbol.asyncDispose](),
    };
  }

  async #publish({ stream, cut }: Manifest, bytes: Buffer, staged: StagedObject): Promise<void> {
    if (cut > 1 && (this.#newest.get(stream) ?? 0) < cut - 1) {
      assert((await this.newest(stream)) >= cut - 1, "cuts are published in order without gaps");
    }
    const name = manifestName(stream, cut);
    const outcome = await staged.publish();
    if (outcome === "exists" && (await this.#store.get(name))?.equals(bytes) !== true) {
      throw new Fault("OBJECT_DAMAGED", { name, cause: "it announces something else" });
    }
    this.#newest.set(stream, Math.max(cut, this.#newest.get(stream) ?? 0));
  }

  async read(stream: string, cut: number): Promise<Manifest | undefined> {
    const name = manifestName(stream, cut);
    const bytes = await this.#store.get(name);
    if (bytes === undefined) {
      return undefined;
    }
    const manifest = fromManifestText(bytes.toString("utf8"), name);
    if (manifest.stream !== stream || manifest.cut !== cut) {
      throw new Fault("OBJECT_DAMAGED", { name, cause: "it announces another cut" });
    }
    return manifest;
  }

  /**
   * Since cuts are dense, the newest is found by doubling steps and halving them again: twenty looks for a million
   * cuts where nothing is known, one where nothing is new, and never a listing.
   */
  async newest(stream: string): Promise<number> {
    let low = this.#newest.get(stream) ?? 0;
    let step = 1;
    while (await this.#has(stream, low + step)) {
      low += step;
      step *= 2;
    }
    for (; step > 1; step /= 2) {
      if (await this.#has(stream, low + step / 2)) {
        low += step / 2;
      }
    }
    this.#newest.set(stream, low);
    return low;
  }

  async #has(stream: string, cut: number): Promise<boolean> {
    return (await this.#store.get(manifestName(stream, cut))) !== undefined;
  }
}
