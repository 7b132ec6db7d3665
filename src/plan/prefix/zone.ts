/** Time zones of IANA's list: how far from UTC one is at an instant, and what it is called. */

export interface Zone {
  readonly name: string;
  /** `CET`, or `GMT+2` where English has no name of its own. */
  readonly shortName: string;
  readonly offsetMinutes: number;
}

const UTC: Zone = { name: "UTC", shortName: "UTC", offsetMinutes: 0 };

interface Formats {
  readonly offset: Intl.DateTimeFormat;
  readonly short: Intl.DateTimeFormat;
}

/** Making one costs a hundred times its use. */
const FORMATS_KEPT = 64;
const formats = new Map<string, Formats>();

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}

/** The zone at an instant. The name must have passed `isTimeZone`. */
export function toZone(name: string, at: number): Zone {
  if (name === "UTC") {
    return UTC;
  }
  const { offset, short } = formatsOf(name);
  const match = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(nameIn(offset, at));
  const [, sign, hours = "0", minutes = "0"] = match ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return { name, shortName: nameIn(short, at), offsetMinutes: sign === "-" ? -total : total };
}

function formatsOf(name: string): Formats {
  const known = formats.get(name);
  if (known !== undefined) {
    return known;
  }
  const made: Formats = {
    offset: new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" }),
    short: new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "short" }),
  };
  if (formats.size < FORMATS_KEPT) {
    formats.set(name, made);
  }
  return made;
}

function nameIn(format: Intl.DateTimeFormat, at: number): string {
  return format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
}
