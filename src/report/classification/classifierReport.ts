import { readFile } from "node:fs/promises";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { pageStyle } from "../page/pageStyle.ts";
import type { ClassifierReportInput } from "./input.ts";
import { Page } from "./page.tsx";
import { chooseCards } from "./pictures/cards.ts";
import { drawPictures, QUALITIES } from "./pictures/drawPictures.ts";
import { figuresOf } from "./plots/figures.ts";
import { verdictOf } from "./verdict.ts";

/** Writes `classifierReport` to a file, in one go; folders on the way are made. */
export async function writeClassifierReport(file: string, input: ClassifierReportInput): Promise<void> {
  await writeFileAtomic(file, await classifierReport(input));
}

/** Bytes. */
const LARGEST = 4.9e6;

/**
 * A classifier's evaluation as one HTML file without need of a network or a script, under 5 MB: the verdict in words,
 * plots, tables, and the images from which most is learned, smaller ones where they would not fit. Image files that are
 * not there, or cannot be read, are no error: the page says so.
 */
export async function classifierReport(input: ClassifierReportInput): Promise<string> {
  const [figures, common, css] = await Promise.all([
    figuresOf(input),
    pageStyle(),
    readFile(new URL("style.css", import.meta.url), "utf8"),
  ]);
  const chapters = chooseCards(input);
  const props = { input, verdict: verdictOf(input), figures, style: common + css, chapters };
  let html = "";
  for (const quality of QUALITIES) {
    const pictures = await drawPictures(chapters, quality);
    html = `<!doctype html>\n${renderToString(h(Page, { ...props, pictures }))}\n`;
    if (Buffer.byteLength(html) <= LARGEST) break;
  }
  return html;
}
