import { readFile } from "node:fs/promises";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { drawCrops, QUALITIES } from "./crops.ts";
import { figuresOf } from "./figures.ts";
import type { ReaderReportInput } from "./input.ts";
import { Page } from "./page.tsx";
import { verdictOf } from "./verdict.ts";

/** Writes `readerReport` to a file, in one go; folders on the way are made. */
export async function writeReaderReport(file: string, input: ReaderReportInput): Promise<void> {
  await writeFileAtomic(file, await readerReport(input));
}

/** Bytes. */
const LARGEST = 4.9e6;

/**
 * A reader's evaluation as one HTML file without need of a network or a script, under 5 MB: the verdict in words, plots,
 * the most confused letters, and the worst crops, smaller ones where they would not fit. Image files that are not there, or
 * cannot be read, are no error: the page says so.
 */
async function readerReport(input: ReaderReportInput): Promise<string> {
  const [figures, common, css] = await Promise.all([
    figuresOf(input),
    pageStyle(),
    readFile(new URL("style.css", import.meta.url), "utf8"),
  ]);
  const props = { input, verdict: verdictOf(input), figures, style: common + css };
  let html = "";
  for (const quality of QUALITIES) {
    const groups = await drawCrops(input.images, quality);
    html = `<!doctype html>\n${renderToString(h(Page, { ...props, groups }))}\n`;
    if (Buffer.byteLength(html) <= LARGEST) break;
  }
  return html;
}
