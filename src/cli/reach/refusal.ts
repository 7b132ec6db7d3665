/** A running pipeline's own refusal, kept in its own words. */

/** The pipeline answered with an error; `code`, message and remedy are what it said. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;
  readonly remedy: string | undefined;
  readonly retry: boolean;
  readonly status: number;
  /** What was asked: the method and the address. */
  readonly place: string;

  constructor(said: RefusalText, place: string) {
    super(said.message);
    this.code = said.code;
    this.remedy = said.remedy;
    this.retry = said.retry;
    this.status = said.status;
    this.place = place;
  }
}

export interface RefusalText {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | undefined;
  readonly retry: boolean;
  readonly status: number;
}

/** The error of a body of the one shape `{ error: { code, message, remedy, … } }`; undefined for any other body. */
export function toRefusalText(status: number, body: unknown): RefusalText | undefined {
  if (!isRecord(body) || !isRecord(body["error"])) {
    return undefined;
  }
  const { code, message, remedy, retry } = body["error"];
  if (typeof code !== "string" || typeof message !== "string") {
    return undefined;
  }
  const next = typeof remedy === "string" && remedy !== "" ? remedy : undefined;
  return { status, code, message, remedy: next, retry: retry === true };
}

/** Whether a parsed JSON value is an object with members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
