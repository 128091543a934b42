import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a browser is that tests of pages can drive; they are skipped without one. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const known = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env["CHROME_PATH"], ...known].find((path) => path !== undefined && path !== "" && existsSync(path));
}
