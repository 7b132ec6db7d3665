/** The door for whoever answers requests elsewhere: what a body is, what its answer says, what a dead letter holds. Pure. */

export { toReply } from "./answer.ts";
export { isBlank, isSingle, sniff, toCoding, toFormat } from "./body/media.ts";
export { letterId, toLetters } from "./letters.ts";
