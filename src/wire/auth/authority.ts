/** Who may call an AWS service here: holders of a key who sign as SigV4 says, or anyone where that is allowed. */

import type { Clock } from "../../base/clock.ts";
import type { Allows } from "../service.ts";
import { WireFault } from "../wire-fault.ts";
import { readSignature, type Signature, type SignedRequest } from "./signature.ts";
import { SigningKeys, signatureOf, sameText } from "./sigv4.ts";

/** The access keys that the pipeline knows. */
export interface AccessKeys {
  /** The secrets of an access key that are taken now; none when there is no such key, or no longer. */
  secretsOf(accessKeyId: string): readonly string[];
  /** What the key may do, one request of it counted. Throws RATE_LIMITED, QUOTA_SPENT. */
  admit(accessKeyId: string): Allows;
}

export interface AuthorityOptions {
  readonly keys: AccessKeys;
  /** Takes every caller, signed or not, without looking at the signature. */
  readonly anonymous: boolean;
  readonly clock: Clock;
}

export interface Admitted {
  /** The region that the caller signed for. */
  readonly region: string;
  /** The access key, also where it was not verified. */
  readonly accessKeyId: string | undefined;
  readonly allows: Allows;
}

export interface Authority {
  /** Throws the authentication errors of AWS, and RATE_LIMITED and QUOTA_SPENT of a key that is used up. */
  admit(request: SignedRequest, signingName: string): Admitted;
}

export const REGION_DEFAULT = "us-east-1";
const SKEW_MS_MAX = 300_000;

/** For who holds a key of the settings, and for anyone where that is allowed. */
export function everything(): boolean {
  return true;
}

export function openAuthority({ keys, anonymous, clock }: AuthorityOptions): Authority {
  const signingKeys = new SigningKeys();

  function verify(request: SignedRequest, signature: Signature, signingName: string): void {
    const { accessKeyId, scope, at } = signature;
    const secrets = keys.secretsOf(accessKeyId);
    if (secrets.length === 0) {
      throw new WireFault(
        "UnrecognizedClientException",
        "The security token included in the request is invalid. (Access keys are made by `millrace keys create --aws`, or named in MILLRACE_AWS_KEYS.)",
      );
    }
    if (scope.service !== signingName || scope.end !== "aws4_request") {
      const message = `Credential should be scoped to correct service: '${signingName}'.`;
      throw new WireFault("InvalidSignatureException", message);
    }
    checkCovered(request, signature);
    const skew = at - clock.now();
    if (Math.abs(skew) > SKEW_MS_MAX || signature.date.slice(0, 8) !== scope.date) {
      const now = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
      const message = `Signature ${skew < 0 ? "expired" : "not yet current"}: ${signature.date} is more than 5 min from ${now}`;
      throw new WireFault("InvalidSignatureException", message);
    }
    const isSigned = secrets.some((secret) => {
      const expected = signatureOf(request, signature, signingKeys.of(secret, signature));
      return sameText(expected, signature.signature);
    });
    if (!isSigned) {
      throw new WireFault(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      );
    }
  }

  return {
    admit(request, signingName) {
      if (anonymous) {
        return leniently(request);
      }
      const signature = readSignature(request);
      verify(request, signature, signingName);
      const { accessKeyId, scope } = signature;
      return { region: scope.region, accessKeyId, allows: keys.admit(accessKeyId) };
    },
  };
}

/** What says whom and what is asked must be signed, or it could be exchanged on the way. */
function checkCovered(request: SignedRequest, { signedHeaders }: Signature): void {
  const given = Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"));
  // Over HTTP/2 the host travels as a pseudo header, and SDKs sign it under that name.
  const host = signedHeaders.includes(":authority") ? ":authority" : "host";
  for (const name of [host, ...given]) {
    if (!signedHeaders.includes(name)) {
      const message = `'${name}' must be a 'SignedHeader' in the AWS Authorization.`;
      throw new WireFault("InvalidSignatureException", message);
    }
  }
}

/** Clients sign by habit: where nobody is asked for a key, what they say of their region still counts. */
function leniently(request: SignedRequest): Admitted {
  try {
    const { scope, accessKeyId } = readSignature(request);
    return { region: scope.region, accessKeyId, allows: everything };
  } catch (thrown) {
    if (thrown instanceof WireFault) {
      return { region: REGION_DEFAULT, accessKeyId: undefined, allows: everything };
    }
    throw thrown;
  }
}
