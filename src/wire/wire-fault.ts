/** An AWS error: what a client of AWS branches on by its type. */

/** Thrown by operations and by everything before them; becomes `{"__type", "message"}`. */
export class WireFault extends Error {
  override readonly name = "WireFault";
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export function serialization(message: string): WireFault {
  return new WireFault("SerializationException", message);
}

export function validation(message: string): WireFault {
  return new WireFault("ValidationException", message);
}
