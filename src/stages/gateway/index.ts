/** The door of the gateway: HTTP in, and the ingest that sources share with it. */

export { type Gateway, openGateway } from "./gateway.ts";
export { toIdTexts } from "./dedupe/arrival.ts";
export { DedupeWindow, type Kept, type Recall } from "./dedupe/window.ts";
export { type CountedIngest, openIngest, type StreamDoor } from "./ingest.ts";
