/** Snappy in the two containers that Firehose writes: xerial's stream and Hadoop's blocks. */

import { snappyCompress } from "hyparquet-writer/src/snappy.js";

const XERIAL_HEAD = Buffer.from([
  0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1,
]);
/** Block sizes of snappy-java's stream and of Hadoop's codec. */
const XERIAL_BLOCK_BYTES = 32_768;
const HADOOP_BLOCK_BYTES = 262_144;

export function toXerial(bytes: Buffer): Buffer[] {
  const blocks = cut(bytes, XERIAL_BLOCK_BYTES).flatMap((block) =>
    withLength(snappyCompress(block)),
  );
  return [XERIAL_HEAD, ...blocks];
}

/** Each block is told by its own length before and after compression. */
export function toHadoop(bytes: Buffer): Buffer[] {
  return cut(bytes, HADOOP_BLOCK_BYTES).flatMap((block) => [
    lengthOf(block.length),
    ...withLength(snappyCompress(block)),
  ]);
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_none, place) =>
    bytes.subarray(place * size, (place + 1) * size),
  );
}

function withLength(block: Uint8Array): Buffer[] {
  return [lengthOf(block.length), Buffer.from(block)];
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}
