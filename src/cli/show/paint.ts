/** Colours, only on terminals that want them. */

import { styleText } from "node:util";
import type { Screen } from "./screen.ts";

type Stroke = (text: string) => string;

export interface Paint {
  readonly bold: Stroke;
  readonly dim: Stroke;
  readonly red: Stroke;
  readonly green: Stroke;
  readonly yellow: Stroke;
  readonly cyan: Stroke;
}

const PLAIN: Paint = {
  bold: asIs,
  dim: asIs,
  red: asIs,
  green: asIs,
  yellow: asIs,
  cyan: asIs,
};

const COLOURED: Paint = {
  bold: stroke("bold"),
  dim: stroke("dim"),
  red: stroke("red"),
  green: stroke("green"),
  yellow: stroke("yellow"),
  cyan: stroke("cyan"),
};

/** NO_COLOR with any text in it turns colours off (no-color.org); so does a dumb terminal. */
export function paintFor(screen: Screen, env: Readonly<Record<string, string | undefined>>): Paint {
  const unwanted = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return screen.isTTY && !unwanted ? COLOURED : PLAIN;
}

function stroke(style: "bold" | "dim" | "red" | "green" | "yellow" | "cyan"): Stroke {
  return (text) => styleText(style, text, { validateStream: false });
}

function asIs(text: string): string {
  return text;
}
