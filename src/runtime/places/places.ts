/** Where lake, stream and warehouse of a data folder are: as said now, as said before, or in the folder itself. */

import { resolve } from "node:path";
import {
  EMBEDDED,
  type LakeAddress,
  type S3Address,
  showAddress,
  type StreamAddress,
  toLakeAddress,
  toStreamAddress,
} from "../../base/address.ts";
import { Fault } from "../../base/faults.ts";
import { type SnowflakeAddress, toWarehouseAddress } from "../../base/warehouse-address.ts";
import type { Environment } from "./environment.ts";

/** What a command line says; undefined where it says nothing. */
export interface GivenPlaces {
  readonly lake?: string | undefined;
  readonly stream?: string | undefined;
  readonly warehouse?: string | undefined;
  /** Whether a data folder may be given other addresses than it has. */
  readonly readdress?: boolean | undefined;
}

/** Addresses as text, as the data folder remembers them. */
export interface PlaceTexts {
  readonly lake: string;
  readonly stream: string;
  readonly warehouse: string;
}

export interface Places {
  readonly texts: PlaceTexts;
  /** Undefined is the folder `lake` of the data folder. */
  readonly lake: LakeAddress | undefined;
  readonly stream: StreamAddress;
  /** Undefined is the file of the data folder. */
  readonly warehouse: SnowflakeAddress | undefined;
}

export interface PlaceSources {
  readonly given: GivenPlaces;
  readonly environment: Environment;
  /** Undefined for a new data folder. */
  readonly remembered: PlaceTexts | undefined;
  readonly root: string;
}

/** What servers other than AWS are told when nothing names a region; the SDK would refuse to speak without one. */
const REGION_ELSEWHERE = "us-east-1";

/** Throws ADDRESS_INVALID, and ADDRESS_CHANGED where what is said is not what is remembered. */
export function settlePlaces(sources: PlaceSources): Places {
  const { environment } = sources;
  const texts = {
    lake: settleText("lake", sources),
    stream: settleText("stream", sources),
    warehouse: settleText("warehouse", sources),
  };
  const lake = texts.lake === EMBEDDED ? undefined : toLakeAddress(texts.lake);
  const stream = texts.stream === EMBEDDED ? LOG : toStreamAddress(texts.stream);
  return {
    texts,
    lake: lake && completeLake(lake, environment),
    stream: completeStream(stream, environment),
    warehouse: texts.warehouse === EMBEDDED ? undefined : toWarehouseAddress(texts.warehouse),
  };
}

const LOG: StreamAddress = { kind: "log" };

function settleText(part: keyof PlaceTexts, sources: PlaceSources): string {
  const { given, environment, remembered, root } = sources;
  const said = absolute(given[part] ?? environment[part]);
  const known = remembered?.[part];
  if (said === undefined || said === known) {
    return known ?? EMBEDDED;
  }
  if (known !== undefined && given.readdress !== true) {
    const facts = { part, path: root, found: showAddress(known), given: showAddress(said) };
    throw new Fault("ADDRESS_CHANGED", facts);
  }
  return said;
}

/** A folder is remembered from the root on: the next command may run elsewhere. */
function absolute(text: string | undefined): string | undefined {
  const folder = text !== undefined && text !== EMBEDDED && !text.includes("://");
  return folder ? resolve(text) : text;
}

function completeLake(lake: LakeAddress, environment: Environment): LakeAddress {
  if (lake.kind !== "s3") {
    return lake;
  }
  const endpoint = lake.endpoint ?? environment.s3Endpoint;
  const region = lake.region ?? environment.region ?? regionFor(endpoint);
  return { ...lake, endpoint, region } satisfies S3Address;
}

function completeStream(stream: StreamAddress, environment: Environment): StreamAddress {
  if (stream.kind !== "kinesis") {
    return stream;
  }
  const endpoint = stream.endpoint ?? environment.kinesisEndpoint;
  return { ...stream, endpoint, leases: stream.leases && completeLake(stream.leases, environment) };
}

function regionFor(endpoint: string | undefined): string | undefined {
  return endpoint === undefined ? undefined : REGION_ELSEWHERE;
}
