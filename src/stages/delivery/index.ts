/** The door of delivery. */

export { type Delivery, type DeliveryOptions, openDelivery } from "./delivery.ts";
export { BlockPool } from "./encode/byte-sink.ts";
export { type CutJournal, openCutJournal } from "./journal.ts";
export { openRemaker, type RemadeCut, type Remade, remakeParts } from "./remake-cut.ts";
