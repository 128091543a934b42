import { normalize, resolve } from "node:path";
import { shownPath } from "../data/files.ts";
import type { FindingPlace, LintFinding, LintReport } from "../data/lint/report.ts";
import type { Severity } from "../data/lint/rules.ts";
import { describeClasses } from "./dataset.ts";

/** So many lines fit on a screen together with the head, the verdict and what comes after. */
const LINES = 32;
/** Columns; longer lines are cut. */
const WIDTH = 118;

const TITLES: Record<Severity, string> = { error: "errors", warning: "warnings", note: "notes" };

/**
 * What `label lint` prints: the most important findings first, on one screen unless all is asked for. Files below
 * `root` are shown from there.
 */
export function describeReport(report: LintReport, { all, root }: { all: boolean; root: string }): string {
  const { source, images, objects, classes, findings, convention, fixed } = report;
  const lines = [images > 0 ? `${source}: ${images} images, ${objects} objects, ${describeClasses(classes)}` : source];
  const bySeverity = (["error", "warning", "note"] as const).map((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  const full = bySeverity.flat().reduce((sum, { severity }) => sum + (severity === "note" ? 1 : 3), 0);
  let left = all ? Infinity : LINES;
  let hidden = 0;
  for (const found of bySeverity) {
    const shown: string[] = [];
    for (const finding of found) {
      const short = finding.severity === "note" || (finding.severity === "warning" && full > left && !all);
      const text = describeFinding(finding, short);
      if (text.length <= left) shown.push(...text);
      else hidden++;
      left -= text.length;
    }
    if (shown.length > 0) lines.push("", TITLES[found[0]?.severity ?? "note"], ...shown);
  }
  lines.push("");
  if (hidden > 0) lines.push(`and ${hidden} more ${hidden === 1 ? "kind" : "kinds"} of findings: --all shows them`);
  if (convention) lines.push(...describeConvention(convention));
  if (fixed) {
    lines.push(`corrected copy: ${fixed.file}, ${fixed.changes} changes, listed in ${fixed.changesFile}`);
  }
  lines.push(summary(report));
  const shorter = lines.map((line, i) => (i === 0 ? line : fromRoot(line, root)));
  return shorter.map((line) => (all ? line : cut(line))).join("\n");
}

/** Count, title and the first places; unless it is to be short, what it does to training, too. */
function describeFinding({ title, count, places, meaning, fix }: LintFinding, short: boolean): string[] {
  const rest = count > places.length ? `, and ${count - places.length} more` : "";
  const examples = `${places.map(describePlace).join("; ")}${rest}`;
  const head = `${String(count).padStart(6)}  ${title}`;
  if (short) return [`${head}: ${examples}`];
  const mended = fix === undefined ? "" : ` --fix ${fix}.`;
  return [head, `        ${examples}`, `        ${meaning}${mended}`];
}

function describePlace({ file, object, detail }: FindingPlace): string {
  const place = object === undefined ? file : `${file}: ${object}`;
  return detail === undefined ? place : `${place} (${detail})`;
}

function describeConvention({ verdict, sure, because }: NonNullable<LintReport["convention"]>): string[] {
  const certainty = { yes: "sure", probably: "probable", no: "too few boxes touch a border" }[sure];
  return [`coordinates: ${verdict} (${certainty})`, `        ${because}`];
}

function summary({ counts, findings, fixed }: LintReport): string {
  const { error, warning, note } = counts;
  const kinds = `kinds of findings: ${error} errors, ${warning} warnings, ${note} notes`;
  if (error + warning === 0) return note === 0 ? "clean: nothing found" : "clean: no errors, no warnings";
  const fixable = findings.filter((finding) => finding.fix !== undefined && finding.severity !== "note").length;
  return fixable > 0 && !fixed ? `${kinds}; --fix --out <folder> corrects ${fixable} of them in a copy` : kinds;
}

/** The line with paths below the root shown from there: readers show them as the root was typed, or from here. */
function fromRoot(line: string, root: string): string {
  const folders = [root, shownPath(resolve(root))].map((folder) => normalize(`${folder}/`));
  return folders.reduce((text, folder) => {
    const atStart = (at: number) => at === 0 || text[at - 1] === " " || text[at - 1] === "(";
    return text.replaceAll(folder, (match, at: number) => (atStart(at) ? "" : match));
  }, line);
}

function cut(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 2)} …` : line;
}
