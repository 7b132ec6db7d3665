/** What the system or SQLite throws when a disk is full, broken or shut, as a fault that says so. */

import { causeOf, Fault } from "./faults.ts";

/** As errno has them. */
const SYSTEM = new Set(["ENOSPC", "EDQUOT", "EIO", "EROFS", "EACCES", "EPERM", "EMFILE", "ENFILE"]);
/** Low bytes of SQLite's result codes: SQLITE_PERM, READONLY, IOERR, FULL, CANTOPEN (sqlite.org/rescode.html). */
const SQLITE = new Set([3, 8, 10, 13, 14]);

/** Undefined for what is no trouble of a disk. */
export function toDiskFault(thrown: unknown): Fault | undefined {
  if (!(thrown instanceof Error) || thrown instanceof Fault) {
    return undefined;
  }
  const { code, errcode } = thrown as { code?: unknown; errcode?: unknown };
  const refused =
    SYSTEM.has(String(code)) || (code === "ERR_SQLITE_ERROR" && SQLITE.has(Number(errcode) & 0xff));
  return refused ? new Fault("DISK_REFUSES", { cause: causeOf(thrown) }, thrown) : undefined;
}
