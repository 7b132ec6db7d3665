/** UpdateDestination: what is given takes the place of what was, member by member; the version grows by one. */

import { WireFault } from "../../../../wire/wire-fault.ts";
import type { Operation } from "../../../../wire/service.ts";
import { checkQuery } from "../config/check-query.ts";
import type { GivenExtendedS3, GivenS3 } from "../config/given.ts";
import { invalid } from "../config/refuse.ts";
import { toDestination } from "../config/to-destination.ts";
import { operation, type Firehose, type Named } from "../operation.ts";
import { DESTINATION_ID } from "../registry/entry.ts";

interface Update extends Partial<GivenExtendedS3> {
  readonly S3BackupUpdate?: Partial<GivenS3>;
}

interface Input extends Named {
  readonly CurrentDeliveryStreamVersionId: string;
  readonly DestinationId: string;
  readonly S3DestinationUpdate?: Partial<GivenS3>;
  readonly ExtendedS3DestinationUpdate?: Update;
}

export function updateDestination({ streams }: Firehose): Operation {
  return operation("UpdateDestination", async (input: Input) => {
    const entry = streams.findMade(input.DeliveryStreamName);
    const { CurrentDeliveryStreamVersionId: version, DestinationId: id } = input;
    if (version !== String(entry.version)) {
      throw new WireFault(
        "ConcurrentModificationException",
        `Cannot update firehose: ${entry.name} since the current version id: ${entry.version} and specified version id: ${version} do not match`,
      );
    }
    if (id !== DESTINATION_ID) {
      throw invalid(`Destination Id ${id} not found`);
    }
    const update = input.ExtendedS3DestinationUpdate ?? input.S3DestinationUpdate;
    if (update === undefined) {
      throw invalid("An update must have an S3 destination: a destination keeps its kind.");
    }
    const given = merge(entry.given, update);
    const destination = toDestination(given, streams.world.around);
    if (destination.steps.query !== undefined) {
      await checkQuery(destination.steps.query);
    }
    const form = input.ExtendedS3DestinationUpdate === undefined ? entry.form : "extended";
    const updatedAt = streams.world.clock.now();
    await streams.change({ ...entry, form, given, version: entry.version + 1, updatedAt });
    return undefined;
  });
}

function merge(now: GivenExtendedS3, update: Update): GivenExtendedS3 {
  const { S3BackupUpdate: backup, ...members } = update;
  const merged: GivenExtendedS3 = { ...now, ...members };
  if (now.S3BackupMode === "Enabled" && merged.S3BackupMode !== "Enabled") {
    throw invalid("S3 backup cannot be disabled once it is enabled.");
  }
  const dynamic = now.DynamicPartitioningConfiguration?.Enabled === true;
  if (dynamic !== (merged.DynamicPartitioningConfiguration?.Enabled === true)) {
    throw invalid("Dynamic partitioning is enabled when a delivery stream is made, or never.");
  }
  if (backup === undefined) {
    return merged;
  }
  const whole = { ...now.S3BackupConfiguration, ...backup };
  if (whole.RoleARN === undefined || whole.BucketARN === undefined) {
    throw invalid("S3BackupUpdate needs RoleARN and BucketARN.");
  }
  return { ...merged, S3BackupConfiguration: whole as GivenS3 };
}
