/** What must be settled before anything else runs or is painted: the chosen colour scheme, a usable language tag. */

const chosen = localStorage.getItem("millrace.scheme");
if (chosen === "light" || chosen === "dark") {
  document.documentElement.dataset["scheme"] = chosen;
}

try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  // Chromium under LANG=en_US.POSIX says "en-US@posix", at which uPlot throws while it loads.
  Object.defineProperty(navigator, "language", { value: "en" });
}
