import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { drawImages, QUALITIES } from "./drawImages.ts";
import { figuresOf } from "./figures.ts";
import type { SegmentationReportInput } from "./input.ts";
import { Page } from "./page.tsx";
import { verdictOf } from "./verdict.ts";

/** Writes `segmentationReport` to a file, in one go; folders on the way are made. */
export async function writeSegmentationReport(file: string, input: SegmentationReportInput): Promise<void> {
  await writeFileAtomic(file, await segmentationReport(input));
}

/** Bytes. */
const LARGEST = 4.9e6;

/**
 * A segmenter's evaluation as one HTML file without need of a network, under 5 MB where it can be: the verdict in words,
 * plots, tables, and the worst and best images with labels, prediction and errors laid over them. Image files that are
 * not there, or cannot be read, are no error: the page says so.
 */
export async function segmentationReport(input: SegmentationReportInput): Promise<string> {
  const read = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), "utf8");
  const [figures, common, css, script] = await Promise.all([
    figuresOf(input),
    pageStyle(),
    read("style.css"),
    read("client.js"),
  ]);
  const hash = createHash("sha256").update(script).digest("base64");
  const props = {
    ...{ input, figures, script, verdict: verdictOf(input), style: common + css },
    contentSecurityPolicy: `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
  };
  const images = [...input.shown.worst, ...input.shown.best];
  let html = "";
  for (const quality of QUALITIES) {
    const drawn = await drawImages(images, quality, input.pictures);
    html = `<!doctype html>\n${renderToString(h(Page, { ...props, drawn }))}\n`;
    if (Buffer.byteLength(html) <= LARGEST) break;
  }
  return html;
}
