import { readFileSync } from "node:fs";

/** The version of this package. */
export function packageVersion(): string {
  // the same relative path from src/base and from dist/base
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest = JSON.parse(text) as { version: string };
  return manifest.version;
}
