import type { FindingPlace, LintFinding, LintReport, Severity } from "../data/lint/report.ts";
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
  const lines = [`${source}: ${images} images, ${objects} objects, ${describeClasses(classes)}`];
  let left = all ? Infinity : LINES;
  let hidden = 0;
  for (const severity of ["error", "warning", "note"] as const) {
    const found = findings.filter((finding) => finding.severity === severity);
    const texts = found.map((finding) => describeFinding(finding, severity));
    if (found.length > 0) lines.push("", TITLES[severity]);
    for (const text of texts) {
      left -= text.length;
      if (left >= 0) lines.push(...text);
      else hidden++;
    }
  }
  lines.push("");
  if (hidden > 0) lines.push(`and ${hidden} more ${hidden === 1 ? "kind" : "kinds"} of findings: --all shows them`);
  if (convention) lines.push(...describeConvention(convention));
  if (fixed) {
    lines.push(`corrected copy: ${fixed.file}, ${fixed.changes} changes, listed in ${fixed.changesFile}`);
  }
  lines.push(summary(report));
  const shorter = lines.map((line, i) => (i === 0 ? line : line.replaceAll(`${root}/`, "")));
  return shorter.map((line) => (all ? line : cut(line))).join("\n");
}

/** Title and count, the first places, and for what is not just a note, what it does to training. */
function describeFinding({ title, count, places, meaning, fix }: LintFinding, severity: Severity): string[] {
  const rest = count > places.length ? `, and ${count - places.length} more` : "";
  const examples = `${places.map(describePlace).join("; ")}${rest}`;
  const head = `${String(count).padStart(6)}  ${title}`;
  if (severity === "note") return [`${head}: ${examples}`];
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
  const kinds = `${error} kinds of errors, ${warning} of warnings, ${note} of notes`;
  if (error + warning === 0)
    return note === 0 ? "clean: nothing found" : `clean: no errors, no warnings, ${note} kinds of notes`;
  const fixable = findings.filter((finding) => finding.fix !== undefined && finding.severity !== "note").length;
  return fixable > 0 && !fixed ? `${kinds}; --fix --out <folder> corrects ${fixable} of them in a copy` : kinds;
}

function cut(line: string): string {
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 2)} …` : line;
}
