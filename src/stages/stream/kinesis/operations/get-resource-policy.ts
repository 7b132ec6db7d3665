/** GetResourcePolicy: an empty one where none was put. */

import { findResource } from "../resources/resource.ts";
import { operation } from "../operation.ts";

interface Input {
  readonly ResourceARN: string;
}

export const getResourcePolicy = operation<Input>(
  "GetResourcePolicy",
  ({ catalog }, { ResourceARN }) => ({ Policy: findResource(catalog, ResourceARN).policy ?? "{}" }),
);
