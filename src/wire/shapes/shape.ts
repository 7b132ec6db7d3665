/** The shapes of AWS requests and answers: what AWS's own service models say of every member. */

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface StringShape extends Bounds {
  readonly kind: "string";
  /** As the model spells it, for messages; and the same over a whole text. */
  readonly pattern: { readonly text: string; readonly whole: RegExp } | undefined;
  readonly values: readonly string[] | undefined;
}

export interface NumberShape extends Bounds {
  readonly kind: "integer" | "long" | "double";
}

export interface BlobShape extends Bounds {
  readonly kind: "blob";
}

interface PlainShape {
  readonly kind: "boolean" | "timestamp";
}

export interface ListShape extends Bounds {
  readonly kind: "list";
  readonly member: Shape;
}

export interface MapShape extends Bounds {
  readonly kind: "map";
  readonly key: StringShape;
  readonly value: Shape;
}

export interface Member {
  readonly name: string;
  /** The name as messages spell it: its first letter small. */
  readonly path: string;
  readonly shape: Shape;
  readonly required: boolean;
}

export interface StructureShape {
  readonly kind: "structure";
  readonly members: readonly Member[];
}

export type Shape =
  | StringShape
  | NumberShape
  | BlobShape
  | PlainShape
  | ListShape
  | MapShape
  | StructureShape;
