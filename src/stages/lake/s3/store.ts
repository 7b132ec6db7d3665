/** Objects in a bucket: whole and durable before they are visible, and never replaced. */

import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { addAbortSignal, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleepFor } from "node:timers/promises";
import type { S3Address } from "../../../base/address.ts";
import { Fault, type FaultCode } from "../../../base/faults.ts";
import { type ObjectName, objectNameProblem } from "../../../base/object-name.ts";
import type { LocalObject, ObjectHeaders, ObjectStore } from "../../../seams/store.ts";
import { isAbsent, isBrokenOff, sayWhy, statusOf } from "./answers.ts";
import { type Bucket, openBucket } from "./client.ts";
import { abortLeftovers, sendWhole } from "./durable.ts";
import { sendIfAbsent } from "./link.ts";
import { listBucket } from "./list.ts";

export interface S3StoreOptions {
  readonly address: S3Address;
  /** Folder of this machine for objects that are lent as files. */
  readonly scratch: string;
  readonly writes: boolean;
}

/** The largest object Millrace makes comes through any line in this time. */
const READ_MS = 300_000;
const READ_ATTEMPTS = 4;
/** How a server says that a part comes, and that there is nothing where it would begin. */
const PARTIAL = 206;
const BEHIND_THE_END = 416;
/** A server that is off should not keep a person waiting. */
const PROBE_MS = 20_000;
const FIRST_WAIT_MS = 200;

/** Throws DRIVER_MISSING, and LAKE_UNREACHABLE when the bucket does not answer as it should. */
export async function openS3Store(options: S3StoreOptions): Promise<ObjectStore> {
  const { address, scratch, writes } = options;
  const bucket = await openBucket(address, async (ms) => {
    await sleepFor(ms);
  });
  try {
    await probe(bucket);
  } catch (thrown) {
    bucket.client.destroy();
    const shown = `s3://${bucket.name}/${bucket.prefix}`;
    throw new Fault("LAKE_UNREACHABLE", { address: shown, cause: sayWhy(thrown) }, thrown);
  }
  if (writes) {
    await abortLeftovers(bucket);
  }
  return new S3Store(bucket, scratch);
}

/** A wrong name, a missing key or a server that is off is better told now than at the first object. */
async function probe({ client, sdk, name, prefix }: Bucket): Promise<void> {
  const command = new sdk.ListObjectsV2Command({ Bucket: name, Prefix: prefix, MaxKeys: 1 });
  await client.send(command, { abortSignal: AbortSignal.timeout(PROBE_MS) });
}

class S3Store implements ObjectStore {
  readonly #bucket: Bucket;
  readonly #scratch: string;
  #swept: Promise<void> | undefined;

  constructor(bucket: Bucket, scratch: string) {
    this.#bucket = bucket;
    this.#scratch = scratch;
  }

  async put(
    name: ObjectName,
    chunks: readonly Uint8Array[],
    headers?: ObjectHeaders,
  ): Promise<"stored" | "exists"> {
    const key = this.#key(name);
    const send = (): Promise<void> => sendWhole(this.#bucket, { key, headers }, chunks);
    return await failing("LAKE_WRITE_FAILED", name, () => sendIfAbsent(send, this.#bucket.sleep));
  }

  async get(name: ObjectName): Promise<Buffer | undefined> {
    return await this.#reading(name, bytesOf);
  }

  async slice(name: ObjectName, at: number, bytes: number): Promise<Buffer | undefined> {
    if (bytes === 0) {
      return Buffer.alloc(0);
    }
    const range = `bytes=${at}-${at + bytes - 1}`;
    // A server that knows no ranges answers with all of it (200): the part is taken out here.
    const take = (body: Readable, status: number | undefined): Promise<Buffer> =>
      status === PARTIAL ? bytesOf(body) : sliceOf(body, at, bytes);
    return await this.#reading(name, take, range);
  }

  async fetch(name: ObjectName): Promise<LocalObject> {
    await (this.#swept ??= sweep(this.#scratch));
    const path = join(this.#scratch, `${process.pid}-${randomUUID()}`);
    const drop = (): Promise<void> => rm(path, { force: true });
    try {
      const found = await this.#reading(name, async (body) => {
        await drop();
        await pipeline(body, createWriteStream(path));
        return true;
      });
      if (found === undefined) {
        throw new Fault("OBJECT_MISSING", { name });
      }
    } catch (thrown) {
      await drop();
      throw thrown;
    }
    return { path, [Symbol.asyncDispose]: drop };
  }

  list(prefix: string, after?: ObjectName): ReturnType<ObjectStore["list"]> {
    return listBucket(this.#bucket, prefix, after);
  }

  async remove(name: ObjectName): Promise<void> {
    const { client, sdk, name: Bucket } = this.#bucket;
    const object = { Bucket, Key: this.#key(name) };
    await failing("LAKE_WRITE_FAILED", name, () =>
      client.send(new sdk.DeleteObjectCommand(object)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#bucket.client.destroy();
  }

  /** Gives `take` an object's body, again from its start when it broke off; undefined when there is no object. */
  async #reading<T>(
    name: ObjectName,
    take: (body: Readable, status: number | undefined) => Promise<T>,
    range?: string,
  ): Promise<T | undefined> {
    const { client, sdk, name: Bucket, sleep } = this.#bucket;
    const part = range === undefined ? {} : { Range: range };
    const command = { Bucket, Key: this.#key(name), ...part };
    return await failing("LAKE_READ_FAILED", name, async () => {
      for (let attempt = 1; ; attempt += 1) {
        const late = AbortSignal.timeout(READ_MS);
        try {
          const answer = await client.send(new sdk.GetObjectCommand(command));
          // In Node.js a body is a readable stream; the SDK's type also covers browsers.
          const status = answer.$metadata.httpStatusCode;
          return await take(addAbortSignal(late, answer.Body as Readable), status);
        } catch (thrown) {
          if (isAbsent(thrown)) {
            return undefined;
          }
          if (range !== undefined && statusOf(thrown) === BEHIND_THE_END) {
            return await take(Readable.from([]), PARTIAL);
          }
          if (!isBrokenOff(thrown) || attempt >= READ_ATTEMPTS) {
            throw thrown;
          }
        }
        await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
      }
    });
  }

  #key(name: ObjectName): string {
    const cause = objectNameProblem(name);
    if (cause !== undefined) {
      throw new Fault("OBJECT_NAME_INVALID", { name, cause });
    }
    return `${this.#bucket.prefix}${name}`;
  }
}

async function failing<T>(code: FaultCode, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof Fault
      ? thrown
      : new Fault(code, { name, cause: sayWhy(thrown) }, thrown);
  }
}

async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) {
    chunks.push(chunk as Buffer); // Without an encoding set, a body yields buffers.
  }
  return Buffer.concat(chunks);
}

/** Reads no further than it must. */
async function sliceOf(body: Readable, at: number, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of body) {
    const piece = chunk as Buffer; // Without an encoding set, a body yields buffers.
    chunks.push(piece.subarray(Math.max(0, at - read), Math.max(0, at + bytes - read)));
    read += piece.length;
    if (read >= at + bytes) {
      break;
    }
  }
  return Buffer.concat(chunks);
}

/** Makes the folder for lent files, and removes what processes that are no more have left in it. */
async function sweep(scratch: string): Promise<void> {
  await mkdir(scratch, { recursive: true });
  for (const file of await readdir(scratch)) {
    if (!isAlive(Number.parseInt(file, 10))) {
      await rm(join(scratch, file), { force: true, recursive: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}
