/** The door of the gateway: HTTP in, and the ingest that sources share with it. */

export { need } from "./auth/callers.ts";
export { cookieOf, openDoorman } from "./auth/doorman.ts";
export { openTokenJudge } from "./auth/jwt.ts";
export { KeyStore } from "./auth/keys/store.ts";
export { Sessions } from "./auth/sessions.ts";
export { openWebhooks } from "./auth/webhooks.ts";
export { type Gateway, openGateway } from "./gateway.ts";
export { toIdTexts } from "./dedupe/arrival.ts";
export { DedupeWindow, type Kept, type Recall } from "./dedupe/window.ts";
export { toLetters } from "./letters.ts";
export { type CountedIngest, openIngest, type StreamDoor } from "./ingest.ts";
