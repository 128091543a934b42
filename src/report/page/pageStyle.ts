import { readFile } from "node:fs/promises";
import { themeCss } from "./theme.ts";

/** The style that all pages have in common: colours, text, cards, tables, plots. */
export async function pageStyle(): Promise<string> {
  return themeCss() + (await readFile(new URL("page.css", import.meta.url), "utf8"));
}
