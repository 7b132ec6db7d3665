/** The door of the gateway: HTTP in, and the ingest that sources share with it. */

export {
  type Gateway,
  GATEWAY_LIMITS,
  GATEWAY_TIMEOUTS,
  type GatewayLimits,
  type GatewayOptions,
  type GatewayTimeouts,
  openGateway,
} from "./gateway.ts";
export {
  type CountedIngest,
  type IngestCounts,
  type IngestOptions,
  openIngest,
  type StreamDoor,
} from "./ingest.ts";
