/** The formats of text that the check knows; ajv's own either miss the 30th of February or cost four times as much. */

import { isIPv4, isIPv6 } from "node:net";
import { isDate, isDateTime, isUuid } from "../../../scan/index.ts";

type Test = (text: string) => boolean;

/** Reads text with the test that the byte scanner uses, so that both ways agree. */
function onBytes(test: (bytes: Uint8Array, at: number, to: number) => boolean): Test {
  const scratch = Buffer.alloc(64);
  return (text) => text.length <= 40 && test(scratch, 0, scratch.write(text));
}

const EMAIL = /^(?!\.)(?!.*\.\.)[\w'+\-.]*[\w+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/;

/** A format that is not here is not checked, as JSON Schema has it. */
export const FORMATS: Readonly<Record<string, Test>> = {
  date: onBytes(isDate),
  "date-time": onBytes(isDateTime),
  uuid: onBytes(isUuid),
  guid: onBytes(isUuid),
  ipv4: isIPv4,
  ipv6: isIPv6,
  uri: (text) => URL.canParse(text),
  email: (text) => text.length <= 320 && EMAIL.test(text),
};
