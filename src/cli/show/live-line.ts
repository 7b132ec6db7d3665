/** One line at the foot of the output that is drawn over and over; plain lines, seldom, where that is impossible. */

import type { Clock } from "../../base/clock.ts";
import type { Screen } from "./screen.ts";
import { cut } from "./text.ts";

interface LiveLineOptions {
  readonly screen: Screen;
  readonly clock: Clock;
  /** Least time between two plain lines where the screen is no terminal. */
  readonly plainEveryMs: number;
}

export interface LiveLine {
  /** Shows `text` instead of what the line says now; too frequent calls are left out. */
  show(text: string): Promise<void>;
  /** Writes whole lines above the live one. */
  above(text: string): Promise<void>;
  /** Takes the line off the screen. */
  clear(): Promise<void>;
}

const TERMINAL_EVERY_MS = 80;
const ERASE = "\r\u001b[2K";

export function openLiveLine({ screen, clock, plainEveryMs }: LiveLineOptions): LiveLine {
  const everyMs = screen.isTTY ? TERMINAL_EVERY_MS : plainEveryMs;
  let shownAt = screen.isTTY ? -Infinity : clock.now();
  let shown = "";
  return {
    show: async (text) => {
      if (clock.now() - shownAt < everyMs) {
        return;
      }
      shownAt = clock.now();
      shown = screen.isTTY ? cut(text, screen.columns - 1) : "";
      await screen.write(screen.isTTY ? `${ERASE}${shown}` : `${text}\n`);
    },
    above: async (text) => {
      await screen.write(shown === "" ? `${text}\n` : `${ERASE}${text}\n${shown}`);
    },
    clear: async () => {
      if (shown !== "") {
        shown = "";
        await screen.write(ERASE);
      }
    },
  };
}
