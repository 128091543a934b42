import { readFile } from "node:fs/promises";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { driftFigures } from "./figures.ts";
import type { DriftReportInput } from "./input.ts";
import { Page } from "./page.tsx";
import { drawShots, QUALITIES } from "./pictures.ts";

/** Bytes. */
const LARGEST = 4.9e6;

/**
 * Writes what has drifted as one HTML file without need of a network or a script, under 5 MB: the verdict in words, a table,
 * plots of before and now, and images that show it, smaller ones where they would not fit. Image files that are not there,
 * or cannot be read, are no error: the page says so.
 */
export async function writeDriftReport(file: string, input: DriftReportInput): Promise<void> {
  const [figures, common, css] = await Promise.all([
    driftFigures(input),
    pageStyle(),
    readFile(new URL("style.css", import.meta.url), "utf8"),
  ]);
  let html = "";
  for (const quality of QUALITIES) {
    const groups = await drawShots(input, quality);
    html = `<!doctype html>\n${renderToString(h(Page, { input, figures, groups, style: common + css }))}\n`;
    if (Buffer.byteLength(html) <= LARGEST) break;
  }
  await writeFileAtomic(file, html);
}
