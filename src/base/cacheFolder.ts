import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** anchorkit's folder among the user's caches. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const home = homedir();
  if (process.platform === "darwin") return join(home, "Library", "Caches", "anchorkit");
  if (process.platform === "win32") return join(LOCALAPPDATA ?? join(home, "AppData", "Local"), "anchorkit");
  const xdg = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, ".cache");
  return join(xdg, "anchorkit");
}
