import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { chooseCards } from "./pictures/cards.ts";
import { countTable, pointAt } from "./countTable.ts";
import { drawCards, QUALITIES } from "./pictures/drawCards.ts";
import { figuresOf } from "./plots/figures.ts";
import type { EvaluationReportInput } from "./input.ts";
import { Page } from "./page.tsx";
import { pageStyle } from "../page/pageStyle.ts";
import { thresholdsFor } from "./thresholds.ts";
import { verdictOf } from "./verdict.ts";

export type { EvaluationReportInput } from "./input.ts";

/** Writes `evaluationReport` to a file, in one go; folders on the way are made. */
export async function writeEvaluationReport(file: string, input: EvaluationReportInput): Promise<void> {
  await writeFileAtomic(file, await evaluationReport(input));
}

/** More classes are not listed one by one. */
const MOST_CLASSES = 200;
/** Bytes. */
const LARGEST = 4.9e6;

/**
 * A detector's evaluation as one HTML file without need of a network, under 5 MB: the verdict in words, plots, tables,
 * and the pictures with their errors, fewer and coarser ones where they would not fit. What is drawn and counted is at
 * IoU 0.5. Image files that are not there, or cannot be read, are no error: the page says so.
 */
export async function evaluationReport(input: EvaluationReportInput): Promise<string> {
  const { analysis, images, classes } = input;
  const { matches, tide } = analysis;
  const thresholds = thresholdsFor(matches, analysis.confidence);
  const { start } = thresholds;
  const listed = listedClasses(input);
  const counts = countTable(matches, tide, thresholds, listed);
  const point = pointAt(counts.all, thresholds.values, start);
  const cards = chooseCards(tide, matches, thresholds);
  const [figures, page] = await Promise.all([
    figuresOf(analysis, point.confidence, thresholds.values, input),
    pageFiles(),
  ]);
  const rows = listed.map((k) => ({
    name: classes[k] ?? "",
    AP: analysis.coco.perClass[k]?.AP ?? NaN,
    AP50: analysis.coco.perClass[k]?.AP50 ?? NaN,
    interval: analysis.intervals?.perClass[k]?.AP50 ?? null,
  }));
  let html = "";
  for (const quality of QUALITIES) {
    const drawn = await drawCards(cards, images, matches, thresholds, quality);
    const props = {
      ...{
        title: input.title,
        classes,
        images,
        analysis,
        counts,
        rows,
        figures,
        threshold: start,
        cards: drawn,
        ...page,
      },
      ...{
        point,
        verdict: verdictOf(input, point),
        warnings: input.warnings ?? [],
        hiddenClasses: classes.length - listed.length,
      },
      withIntervals: analysis.intervals !== null,
    };
    html = `<!doctype html>\n${renderToString(h(Page, props))}\n`;
    if (Buffer.byteLength(html) <= LARGEST) break;
  }
  return html;
}

/** In their order: all, or those with the most objects. */
function listedClasses({ analysis: { coco } }: EvaluationReportInput): number[] {
  return [...coco.perClass]
    .sort((a, b) => b.truths - a.truths)
    .slice(0, MOST_CLASSES)
    .map((one) => one.class)
    .sort((a, b) => a - b);
}

/** Style and script, and what lets the page run that script alone. */
async function pageFiles(): Promise<{ style: string; script: string; contentSecurityPolicy: string }> {
  const read = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), "utf8");
  const [common, css, script] = await Promise.all([pageStyle(), read("style.css"), read("client.js")]);
  const hash = createHash("sha256").update(script).digest("base64");
  return {
    style: common + css,
    script,
    contentSecurityPolicy: `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`,
  };
}
