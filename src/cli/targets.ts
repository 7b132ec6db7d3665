/** Where a managed form can be made. */

import { Option } from "commander";

export type Target = "aws";

export function targetOption(): Option {
  return new Option("--target <target>", "where to").choices(["aws"]).default("aws");
}
