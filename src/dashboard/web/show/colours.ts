/** The page's colours for things that paint on a canvas and cannot read style sheets. */

import { signal } from "@preact/signals";

export type Scheme = "light" | "dark";

const KEY = "millrace.scheme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** What the page looks like now: the viewer's choice, or else the system's. */
export const scheme = signal<Scheme>(chosenScheme() ?? systemScheme());

system.addEventListener("change", () => {
  scheme.value = chosenScheme() ?? systemScheme();
});

export function chooseScheme(wanted: Scheme): void {
  document.documentElement.dataset["scheme"] = wanted;
  // Choosing what the system has already means following the system again.
  if (wanted === systemScheme()) {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset["scheme"];
  } else {
    localStorage.setItem(KEY, wanted);
  }
  scheme.value = wanted;
}

/** The value of a colour variable now, as a canvas understands it. */
export function colour(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The same colour, see-through. */
export function faded(name: string, opacity: number): string {
  const numbers = colour(name).match(/[\d.]+/g) ?? [];
  return `rgba(${numbers.slice(0, 3).join(", ")}, ${opacity})`;
}

function chosenScheme(): Scheme | undefined {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : undefined;
}

function systemScheme(): Scheme {
  return system.matches ? "dark" : "light";
}
