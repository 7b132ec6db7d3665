/** What delivery and the thread of a Lambda handler say to each other. */

/** What the thread is given when it starts. */
export interface HandlerThread {
  /** Absolute path of the handler's module. */
  readonly file: string;
  /** Name of the export. */
  readonly handler: string;
  readonly functionName: string;
  readonly memoryBytes: number;
}

export interface ToHandler {
  readonly id: number;
  /** The event as JSON. */
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

export type FromHandler =
  | { readonly kind: "ready" }
  /** The module gives no handler; the thread ends after this. */
  | { readonly kind: "unusable"; readonly cause: string }
  | { readonly kind: "answer"; readonly id: number; readonly text: string }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly type: string;
      readonly message: string;
    };
