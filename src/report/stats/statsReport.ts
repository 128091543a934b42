import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { statsFigures } from "./figures.ts";
import type { StatsReportInput } from "./input.ts";
import { StatsPage } from "./page.tsx";

/** Writes `statsReport` to a file, in one go; folders on the way are made. */
export async function writeStatsReport(file: string, input: StatsReportInput): Promise<void> {
  await writeFileAtomic(file, await statsReport(input));
}

/** What a data set holds, as one HTML file without need of a network: advice in words, plots, tables. */
export async function statsReport(input: StatsReportInput): Promise<string> {
  const [figures, style] = await Promise.all([statsFigures(input.stats, input.anchors), pageStyle()]);
  return `<!doctype html>\n${renderToString(h(StatsPage, { ...input, figures, style }))}\n`;
}
