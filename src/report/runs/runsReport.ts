import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { drawFigures } from "../page/figure.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { courseFigures } from "./courses.ts";
import type { RunsReportInput } from "./input.ts";
import { RunsPage } from "./page.tsx";

/** Writes `runsReport` to a file, in one go; folders on the way are made. */
export async function writeRunsReport(file: string, input: RunsReportInput): Promise<void> {
  await writeFileAtomic(file, await runsReport(input));
}

/** Runs beside each other, as one HTML file without need of a network: curves, results, and what differs. */
async function runsReport(input: RunsReportInput): Promise<string> {
  const [figures, style] = await Promise.all([drawFigures(courseFigures(input.runs)), pageStyle()]);
  return `<!doctype html>\n${renderToString(h(RunsPage, { ...input, figures, style }))}\n`;
}
