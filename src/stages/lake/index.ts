/** The door of the lake. */

export { type Lake, type LakePlace, folderPlace, lentFolders, openLake } from "./open-lake.ts";
