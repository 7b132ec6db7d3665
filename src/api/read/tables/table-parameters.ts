/** What /v1/data/{table} may be asked: every plain column by its name. Pure. */

import { OWN_PARAMETERS } from "../../../plan/endpoints/plan-endpoints.ts";
import type { ParameterPlan, ParameterType } from "../../../plan/plan.ts";
import type { ReadSource } from "../source.ts";

const TYPES: readonly (readonly [RegExp, ParameterType])[] = [
  [/^VARCHAR$/, "text"],
  [/INT(EGER)?$/, "integer"],
  [/^(FLOAT|DOUBLE|DECIMAL)/, "number"],
  [/^BOOLEAN$/, "boolean"],
  [/^DATE$/, "date"],
  [/^TIMESTAMP/, "timestamp"],
];

export function tableParameters({ columns }: ReadSource): readonly ParameterPlan[] {
  return columns.flatMap(({ name, type: engineType }) => {
    const type = TYPES.find(([pattern]) => pattern.test(engineType))?.[1];
    const taken = (OWN_PARAMETERS as readonly string[]).includes(name);
    return type === undefined || taken ? [] : [parameterOf(name, type)];
  });
}

function parameterOf(name: string, type: ParameterType): ParameterPlan {
  return {
    name,
    column: name,
    type,
    match: "exact",
    doc: `Rows whose ${name} is this.`,
    default: undefined,
    required: false,
    many: true,
    values: undefined,
    min: undefined,
    max: undefined,
  };
}
