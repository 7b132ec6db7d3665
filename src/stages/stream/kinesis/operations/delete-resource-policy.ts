/** DeleteResourcePolicy: an error where there is none. */

import { notFound } from "../faults.ts";
import { findResource } from "../resources/resource.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly ResourceARN: string;
}

export const deleteResourcePolicy = operation<Input>(
  "DeleteResourcePolicy",
  ({ catalog }, { ResourceARN }) => {
    const resource = findResource(catalog, ResourceARN);
    if (resource.policy === undefined) {
      throw notFound(`No resource policy found for resource ARN ${ResourceARN}.`);
    }
    resource.save({ policy: undefined });
    return undefined;
  },
);
