import { readFile } from "node:fs/promises";
import { themeCss } from "./theme.ts";

/** The style that all pages have in common: colours, text, cards, tables, plots. */
export async function pageStyle(): Promise<string> {
  const files = ["base.css", "page.css"].map((name) => readFile(new URL(name, import.meta.url), "utf8"));
  return themeCss() + (await Promise.all(files)).join("");
}
