/** gateway → every route. Who asks, and what they may do; told once per request, before a byte of its body is read. */

/** What a caller may be allowed: posting to a stream, reading a table, or everything. */
export type Deed = "ingest" | "read" | "admin";

/** `ingest`, `ingest:STREAM`, `read`, `read:TABLE`, `admin`. */
export type Scope = string;

export interface Caller {
  /** `local`, `key:ID`, `jwt:SUBJECT`; never a secret. */
  readonly name: string;
  /** Nobody in particular: what is refused to it is 401, and 403 to all others. */
  readonly anonymous: boolean;
  readonly scopes: readonly Scope[];
  /** Whether what let it in holds no longer: a token that expired, a session that was closed. Left out, it has no end of its own. */
  readonly ended?: () => boolean;
  /** Without `of`, whether the deed is allowed on all streams or tables. */
  allows(deed: Deed, of?: string): boolean;
}

/** A request let in: by whom, and what every answer to it says of their limits. */
export interface Admission {
  readonly caller: Caller;
  /** Headers, name and value in turn. */
  readonly headers: readonly string[] | undefined;
}

/** What is looked at of a request. */
export interface RequestHead {
  readonly headers: {
    readonly authorization?: string | undefined;
    readonly cookie?: string | undefined;
    readonly host?: string | undefined;
    readonly origin?: string | undefined;
    readonly forwarded?: string | undefined;
    readonly [name: string]: string | string[] | undefined;
  };
  readonly socket: { readonly remoteAddress?: string | undefined };
}

export interface Authenticator {
  /** Whether a request from elsewhere needs a key. */
  readonly required: boolean;
  /** Throws KEY_REFUSED, KEY_EXPIRED, KEY_REVOKED, TOKEN_REFUSED, JWKS_UNREACHABLE, RATE_LIMITED, QUOTA_SPENT. */
  admit(request: RequestHead): Admission | Promise<Admission>;
}
