import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { figuresOf } from "./figures.ts";
import type { ForecasterReportInput } from "./input.ts";
import { Page } from "./page.tsx";
import { verdictOf } from "./verdict.ts";

/** Writes the report to a file, in one go; folders on the way are made. */
export async function writeForecasterReport(file: string, input: ForecasterReportInput): Promise<void> {
  await writeFileAtomic(file, await forecasterReport(input));
}

/**
 * A forecaster's evaluation as one HTML file without need of a network or a script: the verdict in words, forecasts beside
 * what came, errors by how far ahead, and a table with baselines.
 */
async function forecasterReport(input: ForecasterReportInput): Promise<string> {
  const [figures, style] = await Promise.all([figuresOf(input), pageStyle()]);
  return `<!doctype html>\n${renderToString(h(Page, { input, verdict: verdictOf(input), figures, style }))}\n`;
}
