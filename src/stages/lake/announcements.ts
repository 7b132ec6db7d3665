/** Manifests kept in an object store under dense numbers, so that a reader needs no listing. */

import { assert } from "../../base/assert.ts";
import { Fault } from "../../base/faults.ts";
import type { Announcements, Manifest, StagedManifest } from "../../seams/announce.ts";
import type { ObjectName, ObjectStore, StagedObject } from "../../seams/store.ts";
import { FOLDS, type FoldLimits } from "./folds/fold.ts";
import { Folds } from "./folds/folds.ts";
import { fromManifestText, manifestName, manifestText } from "./manifest.ts";
import { stageOrHold } from "./stage.ts";

/** `limits` are those by which the lake is folded. */
export function openAnnouncements(store: ObjectStore, limits: FoldLimits = FOLDS): Announcements {
  return new StoreAnnouncements(store, new Folds(store, limits));
}

class StoreAnnouncements implements Announcements {
  readonly #store: ObjectStore;
  readonly #folds: Folds;
  /** The newest cut known per stream; others may have published since. Bounded by the number of streams. */
  readonly #newest = new Map<string, number>();

  constructor(store: ObjectStore, folds: Folds) {
    this.#store = store;
    this.#folds = folds;
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
    const known = this.#newest.get(stream) ?? -1;
    const newest = known >= cut - 1 ? known : await this.newest(stream);
    assert(newest >= cut - 1, "cuts are published in order without gaps");
    const name = manifestName(stream, cut);
    // The name of a cut that was folded is free again, and its number is not.
    const folded = newest >= cut ? await this.#folds.find(stream, cut) : undefined;
    if (folded !== undefined) {
      if (!bytes.equals(Buffer.from(folded.text))) {
        throw new Fault("OBJECT_DAMAGED", { name, cause: "it announces something else" });
      }
      return;
    }
    const outcome = await staged.publish();
    if (outcome === "exists" && (await this.#store.get(name))?.equals(bytes) !== true) {
      throw new Fault("OBJECT_DAMAGED", { name, cause: "it announces something else" });
    }
    this.#newest.set(stream, Math.max(cut, this.#newest.get(stream) ?? 0));
  }

  async read(stream: string, cut: number): Promise<Manifest | undefined> {
    const found = await this.#find(stream, cut);
    if (found === undefined) {
      return undefined;
    }
    const { name, text } = found;
    const manifest = fromManifestText(text, name);
    if (manifest.stream !== stream || manifest.cut !== cut) {
      throw new Fault("OBJECT_DAMAGED", { name, cause: "it announces another cut" });
    }
    return manifest;
  }

  /** By itself or in a fold. */
  async #find(stream: string, cut: number): Promise<Found | undefined> {
    const known = this.#folds.recall(stream, cut);
    if (known === undefined) {
      const name = manifestName(stream, cut);
      const bytes = await this.#store.get(name);
      if (bytes !== undefined) {
        return { name, text: bytes.toString("utf8") };
      }
    }
    const folded = known ?? (await this.#folds.find(stream, cut));
    return folded && { name: folded.fold, text: folded.text };
  }

  /**
   * Since cuts are dense, the newest is found by doubling steps and halving them again: twenty looks for a million
   * cuts where nothing is known, one where nothing is new, and never a listing. A look is at the manifest by itself, and
   * where it is not, at the fold it would be in.
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
    const single = await this.#store.get(manifestName(stream, cut));
    return single !== undefined || (await this.#folds.covers(stream, cut));
  }
}

interface Found {
  readonly name: ObjectName;
  readonly text: string;
}
