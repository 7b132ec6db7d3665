/** After a restart: the cut that was planned and perhaps not stored is brought to its end. */

import { Fault } from "../../base/faults.ts";
import type { Frame, StreamReader } from "../../seams/consume.ts";
import type { Encoded } from "./encode/encoder.ts";
import type { Stretch } from "./feeder.ts";
import type { Place, PlannedCut, Resumed } from "./journal.ts";
import type { CutNames } from "./object-names.ts";
import { type Prepared, sameContent } from "./prepare-cut.ts";
import { announceCut, type CutWorld, isStored, putParts } from "./store-cut.ts";

export interface ResumeMeans {
  readonly world: CutWorld;
  /** Encodes exactly the records between two places. */
  readonly encode: (from: Place, to: Place) => Promise<Encoded>;
  readonly prepare: (encoded: Encoded, planned: PlannedCut, names: CutNames) => Promise<Prepared>;
  readonly rename: (encoded: Encoded) => CutNames;
}

/** Ends a planned cut: as it was planned where that can still be had, else planned anew in its place. */
export async function resumeCut(planned: PlannedCut, means: ResumeMeans): Promise<PlannedCut> {
  const { world } = means;
  const { stream, cut } = planned.manifest;
  const published = await world.announcements.read(stream, cut);
  if (published !== undefined || (await isStored(planned, world.store))) {
    const told = published === undefined ? planned : { ...planned, manifest: published };
    await announceCut(told, world);
    return told;
  }
  const encoded = await means.encode(planned.from, planned.to);
  try {
    return await encodeAgain(planned, encoded, means);
  } finally {
    encoded.release();
  }
}

async function encodeAgain(
  planned: PlannedCut,
  encoded: Encoded,
  means: ResumeMeans,
): Promise<PlannedCut> {
  const { world } = means;
  const { objectName: object, failedName: failed } = planned;
  const again = await means.prepare(encoded, planned, { object, failed });
  if (sameContent(again.manifest, planned.manifest)) {
    await putParts(planned, again, world);
    await announceCut(planned, world);
    return planned;
  }
  // The pipeline was changed meanwhile, or its transform gives other rows each time. Nobody has been told of the
  // first attempt, so what it may have left is taken away and the same records are cut under new names.
  await world.store.remove(object);
  await world.store.remove(failed);
  const names = means.rename(encoded);
  const prepared = await means.prepare(encoded, planned, names);
  const replanned: PlannedCut = {
    ...planned,
    objectName: names.object,
    failedName: names.failed,
    manifest: prepared.manifest,
  };
  await world.journal.plan(replanned);
  world.onStep?.("planned", planned.manifest.cut);
  await putParts(replanned, prepared, world);
  await announceCut(replanned, world);
  return replanned;
}

/** Throws where the journal and the lake cannot belong together: going on could load records twice or never. */
export async function checkTogether(
  stream: string,
  { stored, planned }: Resumed,
  { announcements }: CutWorld,
): Promise<void> {
  const newest = await announcements.newest(stream);
  const mayBe = stored + planned.length;
  if (newest < stored || newest > mayBe) {
    const cause = `the lake has ${newest} cuts, delivery.sqlite ${stored}: restore the older of the two`;
    throw new Fault("DELIVERY_FAILED", { cut: stored, stream, cause });
  }
}

/** What is done with the records of a frame, or of a part of it. */
type Take = (stretch: Stretch) => Promise<void> | undefined;

const READ_BYTES = 4_194_304;

/** Takes exactly the records between two places; they are still there, since nothing newer was stored. */
export async function addBetween(
  reader: StreamReader,
  { from, to }: { readonly from: Place; readonly to: Place },
  take: Take,
): Promise<void> {
  let place = from;
  while (place.position !== to.position || place.index < to.index) {
    const frames = await reader.read(place.position, READ_BYTES);
    if (frames.length === 0) {
      const cause = `the stream ends before position ${to.position}`;
      throw new Fault("DELIVERY_FAILED", { cut: 0, stream: "", cause });
    }
    place = await addFrames(frames, { from: place, to }, take);
  }
}

async function addFrames(
  frames: readonly Frame[],
  { from, to }: { readonly from: Place; readonly to: Place },
  take: Take,
): Promise<Place> {
  let place = from;
  for (const frame of frames) {
    if (place.position === to.position && place.index >= to.index) {
      break;
    }
    const last = frame.position === to.position;
    const end = last ? to.index : frame.count;
    if (end > place.index) {
      await take({ frame, from: place.index, to: end });
    }
    place = last ? to : { position: frame.next, index: 0 };
  }
  return place;
}
