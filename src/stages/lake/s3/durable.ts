/** Sends an object so that it is visible whole or not at all: in one request, or in parts that are joined at the end. */

import { dropBytes } from "../../../base/node-disk.ts";
import type { ObjectHeaders } from "../../../seams/store.ts";
import type { Bucket } from "./client.ts";

/** Larger objects go in parts: a part that fails is sent again alone. */
const PART_BYTES = 16_777_216;
const PARTS_AT_ONCE = 3;
const IF_ABSENT = "*";

/** An object's key, and what is told of it beside its bytes. */
interface Target {
  readonly key: string;
  readonly headers: ObjectHeaders | undefined;
}

export async function sendWhole(
  bucket: Bucket,
  target: Target,
  chunks: readonly Uint8Array[],
): Promise<void> {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (bytes > PART_BYTES) {
    await sendInParts(bucket, target, chunks);
    return;
  }
  const { client, sdk, name } = bucket;
  const object = { Bucket: name, Key: target.key, ...toHeaders(target) };
  const whole = { ...object, Body: Buffer.concat(chunks), IfNoneMatch: IF_ABSENT };
  await client.send(new sdk.PutObjectCommand(whole));
}

async function sendInParts(
  { client, sdk, name: Bucket }: Bucket,
  target: Target,
  chunks: readonly Uint8Array[],
): Promise<void> {
  const object = { Bucket, Key: target.key };
  const beginning = { ...object, ...toHeaders(target), ChecksumAlgorithm: "CRC32" as const };
  const begun = await client.send(new sdk.CreateMultipartUploadCommand(beginning));
  const upload = { ...object, UploadId: begun.UploadId };
  try {
    const sent: { PartNumber: number; ETag?: string; ChecksumCRC32?: string }[] = [];
    const parts = cutParts(chunks);
    const sendNext = async (): Promise<void> => {
      for (const { number: PartNumber, bytes: Body } of parts) {
        const part = { ...upload, PartNumber, Body, ChecksumAlgorithm: "CRC32" as const };
        const { ETag, ChecksumCRC32 } = await client.send(new sdk.UploadPartCommand(part));
        const checksum = ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 };
        sent.push({ PartNumber, ...(ETag === undefined ? {} : { ETag }), ...checksum });
      }
    };
    // They take turns at one source of parts, so that no more than these few are copied at a time.
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, sendNext));
    const Parts = sent.toSorted((a, b) => a.PartNumber - b.PartNumber);
    const joined = { ...upload, MultipartUpload: { Parts }, IfNoneMatch: IF_ABSENT };
    await client.send(new sdk.CompleteMultipartUploadCommand(joined));
  } catch (thrown) {
    // Parts nobody joins cost money for ever; the next open looks for them again if this fails too.
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => {});
    throw thrown;
  }
}

function toHeaders({ headers }: Target): { ContentType?: string; ContentEncoding?: string } {
  if (headers === undefined) {
    return {};
  }
  const { contentType: ContentType, contentEncoding: encoding } = headers;
  return { ContentType, ...(encoding !== undefined && { ContentEncoding: encoding }) };
}

interface Part {
  readonly number: number;
  readonly bytes: Buffer;
}

function* cutParts(chunks: readonly Uint8Array[]): Generator<Part, void, undefined> {
  let left = chunks;
  for (let number = 1; left.length > 0; number += 1) {
    const bytes = takeBytes(left);
    left = dropBytes(left, bytes.length);
    yield { number, bytes };
  }
}

function takeBytes(chunks: readonly Uint8Array[]): Buffer {
  const taken: Uint8Array[] = [];
  let room = PART_BYTES;
  for (const chunk of chunks) {
    taken.push(chunk.subarray(0, room));
    room -= Math.min(room, chunk.length);
    if (room === 0) {
      break;
    }
  }
  return Buffer.concat(taken);
}

/** Removes the parts that a killed writer left. What cannot be listed or removed is left to the bucket's own rules. */
export async function abortLeftovers({ client, sdk, name, prefix }: Bucket): Promise<void> {
  try {
    const all = await client.send(
      new sdk.ListMultipartUploadsCommand({ Bucket: name, Prefix: prefix }),
    );
    for (const { Key, UploadId } of all.Uploads ?? []) {
      const upload = { Bucket: name, Key, UploadId };
      await client.send(new sdk.AbortMultipartUploadCommand(upload));
    }
  } catch {
    // Not every key may list uploads, and not every server knows how.
  }
}
