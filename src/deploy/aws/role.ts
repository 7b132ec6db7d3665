/** Makes a role from the table of actions: each statement names its actions and the resources they touch. */

import { CfnRole } from "aws-cdk-lib/aws-iam";
import type { ActionOf, RoleKind } from "./actions.ts";
import type { Site } from "./site.ts";

export interface Grant<K extends RoleKind> {
  readonly sid: string;
  readonly actions: readonly ActionOf<K>[];
  readonly on: readonly string[];
  readonly when?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface RoleShape<K extends RoleKind> {
  readonly id: string;
  readonly kind: K;
  /** Left out, the name is CloudFormation's to choose. */
  readonly name?: string;
  readonly says: string;
  /** The service that takes the role, or a whole trust policy. */
  readonly trust: string | object;
  readonly grants: readonly Grant<K>[];
  readonly managed?: readonly string[];
}

export function makeRole<K extends RoleKind>(site: Site, shape: RoleShape<K>): CfnRole {
  const { id, kind, name, says, trust, grants, managed } = shape;
  const statements = grants.map(({ sid, actions, on, when }) => ({
    Sid: sid,
    Effect: "Allow",
    Action: [...actions],
    Resource: [...on],
    ...(when === undefined ? {} : { Condition: when }),
  }));
  return new CfnRole(site.scope, id, {
    ...(name === undefined ? {} : { roleName: name }),
    description: says,
    assumeRolePolicyDocument: typeof trust === "string" ? trustOf(trust) : trust,
    ...(managed === undefined ? {} : { managedPolicyArns: [...managed] }),
    policies:
      statements.length === 0
        ? []
        : [
            {
              policyName: kind,
              policyDocument: { Version: "2012-10-17", Statement: statements },
            },
          ],
  });
}

function trustOf(service: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
      },
    ],
  };
}
