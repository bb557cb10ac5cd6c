/**
 * Path functions of `jsr:@std/path`; where the jsr registry cannot be reached, their namesakes in
 * `node:path`. The stated type makes code check the same in both places. Import paths from here.
 *
 * @module
 */
import type nodePath from "node:path";

type Path = Pick<
  typeof nodePath,
  "basename" | "dirname" | "extname" | "isAbsolute" | "join" | "relative" | "resolve"
>;

const path: Path = await import("@std/path").catch(() => import("node:path"));

export const { basename, dirname, extname, isAbsolute, join, relative, resolve }: Path = path;
