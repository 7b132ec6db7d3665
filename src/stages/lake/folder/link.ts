/** Gives a finished file its name unless the name is taken. */

import type { Disk } from "../../../base/disk.ts";

/** What file systems without hard links answer. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);

/** link(2) fails when the name is taken, in one step; rename would replace what is there. */
export async function linkIfAbsent(
  disk: Disk,
  from: string,
  to: string,
): Promise<"stored" | "exists"> {
  try {
    await disk.link(from, to);
    return "stored";
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? "";
    if (code === "EEXIST") {
      return "exists";
    }
    if (!NO_LINKS.has(code)) {
      throw thrown;
    }
    return await renameIfAbsent(disk, from, to);
  }
}

/**
 * The second best, where links are unknown: look, then rename. Nothing else writes this lake, since only one process
 * may hold the data folder, and delivery puts no name twice at a time.
 */
export async function renameIfAbsent(
  disk: Disk,
  from: string,
  to: string,
): Promise<"stored" | "exists"> {
  if ((await disk.stat(to)) !== undefined) {
    return "exists";
  }
  await disk.rename(from, to);
  return "stored";
}
