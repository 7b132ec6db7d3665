/** Numbers and times as people read them. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 21,000 */
export function showCount(count: number): string {
  return WHOLE.format(count);
}

/** "1 record", "2 records"; nouns whose plural is not an s name it. */
export function showCounted(count: number, noun: string, plural = `${noun}s`): string {
  return `${showCount(count)} ${count === 1 ? noun : plural}`;
}

/** 0/s, 12.5/s, 850/s, 12.4k/s, 1.46M/s */
export function showRate(perSecond: number): string {
  if (perSecond >= 999_950) {
    return `${(perSecond / 1_000_000).toFixed(2)}M/s`;
  }
  if (perSecond >= 10_000) {
    return `${(perSecond / 1000).toFixed(1)}k/s`;
  }
  const fraction = perSecond < 100 && !Number.isInteger(perSecond) ? 1 : 0;
  return fraction === 1 ? `${perSecond.toFixed(1)}/s` : `${showCount(perSecond)}/s`;
}

/** How long ago: "just now", "12 s ago", "3 min ago". */
export function showAgo(ms: number): string {
  if (ms < 1500) {
    return "just now";
  }
  if (ms < 90_000) {
    return `${Math.round(ms / 1000)} s ago`;
  }
  if (ms < 5_400_000) {
    return `${Math.round(ms / 60_000)} min ago`;
  }
  return ms < 129_600_000
    ? `${Math.round(ms / 3_600_000)} h ago`
    : `${Math.round(ms / 86_400_000)} days ago`;
}
