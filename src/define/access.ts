/** What a user writes about who may come in beside the holders of keys: tokens of an issuer, and signed webhooks. */

import type { DurationText } from "../base/units.ts";

export interface JwtDefinition {
  /** The `iss` of every token. */
  readonly issuer: string;
  /** One of these must be in `aud`. */
  readonly audience: string | readonly string[];
  /** Address of the issuer's keys (JWKS): https, or http on this machine. */
  readonly jwks: string;
  /** Left out: RS256, PS256, ES256, EdDSA. Never an HMAC, never `none`. */
  readonly algorithms?: readonly string[];
  /** The claim that holds the scopes, or a function of all claims; left out, `scope`. */
  readonly scopes?: string | ((claims: Readonly<Record<string, unknown>>) => readonly string[]);
  /** What each subject may use up, whatever the number of its tokens; left out, no limit. */
  readonly limits?: TokenLimits;
}

export interface TokenLimits {
  /** Requests a second, on average. */
  readonly rate?: number;
  /** Requests that may come at once; left out, two seconds' worth. */
  readonly burst?: number;
  /** Requests a day, from midnight UTC. */
  readonly daily?: number;
}

export interface AccessDefinition {
  readonly jwt?: JwtDefinition;
}

/** Where a secret is: never the secret itself, so that no plan, log or repository can hold it. */
export interface SecretReference {
  /** Name of an environment variable. */
  readonly env: string;
}

/** POST /v1/webhooks/NAME: events of another service, each request signed by it. */
export interface WebhookDefinition {
  readonly stream: string;
  /** `github`: X-Hub-Signature-256 over the body. `stripe`: t=…,v1=… over time and body. */
  readonly sign: "github" | "stripe";
  /** Two while one takes the other's place. */
  readonly secret: SecretReference | readonly SecretReference[];
  /** The header of the signature, when it is not the scheme's usual one. */
  readonly header?: string;
  /** How old a `stripe` signature may be, and how long any delivery is refused a second time; left out, 5m. */
  readonly tolerance?: DurationText;
}
