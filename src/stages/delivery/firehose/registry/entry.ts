/** A delivery stream as the registry keeps it: what was asked for, and what has become of it. */

import type { Position } from "../../../../seams/consume.ts";
import type { GivenExtendedS3 } from "../config/given.ts";

export interface Tag {
  readonly Key: string;
  readonly Value?: string;
}

export interface Encryption {
  readonly Status: "ENABLED" | "DISABLED";
  readonly KeyType?: "AWS_OWNED_CMK" | "CUSTOMER_MANAGED_CMK";
  readonly KeyARN?: string;
}

export interface KinesisSource {
  readonly arn: string;
  readonly roleArn: string;
  /** Where delivery began to read: a delivery stream begins at the newest record. */
  readonly from: Position;
}

export interface Entry {
  readonly name: string;
  /** Unique over all delivery streams that ever were. */
  readonly id: string;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
  readonly version: number;
  readonly source: KinesisSource | undefined;
  /** The legacy form is told of as it was given. */
  readonly form: "extended" | "legacy";
  readonly given: GivenExtendedS3;
  readonly encryption: Encryption;
  readonly throughputHint: number | undefined;
  readonly tags: readonly Tag[];
  readonly deleting: boolean;
}

/** There is one destination per delivery stream. */
export const DESTINATION_ID = "destinationId-000000000001";
