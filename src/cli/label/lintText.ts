import { basename, extname, normalize, resolve } from "node:path";
import { countOf } from "../../base/words.ts";
import { shownPath } from "../../data/files.ts";
import type { FindingPlace, LintFinding, LintReport } from "../../data/lint/report.ts";
import type { Severity } from "../../data/lint/rules.ts";
import { describeClasses } from "../dataset.ts";

/** So many lines fit on a screen together with the head, the verdict and what comes after. */
const LINES = 32;
/** Columns; longer lines are cut. */
const WIDTH = 118;
const INDENT = " ".repeat(8);

const TITLES: Record<Severity, string> = { error: "errors", warning: "warnings", note: "notes" };
const SEVERITIES = ["error", "warning", "note"] as const;

/** How many lines a finding takes: the first of these with which all fit on a screen, else the last. */
const LAYOUTS: readonly Record<Severity, 1 | 2 | 3>[] = [
  { error: 3, warning: 3, note: 1 },
  { error: 3, warning: 1, note: 1 },
  { error: 2, warning: 1, note: 1 },
];

interface View {
  /** Every kind and whole lines, however many. */
  all: boolean;
  /** Files below are shown from there. */
  root: string;
}

/** What `label lint` prints: the most important findings first, on one screen unless all is asked for. */
export function describeReport(report: LintReport, view: View): string {
  const { source, images, objects, labels, classes, findings, convention, fixed } = report;
  const examples = objects === 0 && labels > 0 ? countOf(labels, "label") : countOf(objects, "object");
  const lines = [
    images > 0 ? `${source}: ${countOf(images, "image")}, ${examples}, ${describeClasses(classes)}` : source,
  ];
  const { shown, hidden } = describeFindings(findings, view);
  lines.push(...shown, "");
  if (hidden.length > 0) lines.push(`and more: ${countKinds(hidden)}; --all shows them`);
  if (convention) lines.push(...describeConvention(convention));
  if (fixed) {
    lines.push(
      `corrected copy: ${fixed.file}, with ${countOf(fixed.changes, "change")} listed in ${fixed.changesFile}`,
    );
  }
  lines.push(summary(report));
  return lines.map((line) => (view.all ? line : cut(line))).join("\n");
}

function describeFindings(findings: readonly LintFinding[], view: View): { shown: string[]; hidden: LintFinding[] } {
  const linesOf = (finding: LintFinding, layout: Record<Severity, 1 | 2 | 3>) => {
    const lines = layout[finding.severity];
    return lines === 3 && isOfClasses(finding) ? 2 + classLines(finding).length : lines;
  };
  const linesIn = (layout: Record<Severity, 1 | 2 | 3>) =>
    findings.reduce((sum, finding) => sum + linesOf(finding, layout), 0);
  const fitting = LAYOUTS.find((layout) => view.all || linesIn(layout) <= LINES);
  const layout = fitting ?? LAYOUTS.at(-1) ?? { error: 1 as const, warning: 1 as const, note: 1 as const };
  const shown: string[] = [];
  const hidden: LintFinding[] = [];
  let left = view.all ? Infinity : LINES;
  for (const severity of SEVERITIES) {
    const texts = findings
      .filter((finding) => finding.severity === severity)
      .flatMap((finding) => {
        left -= linesOf(finding, layout);
        if (left >= 0) return describeFinding(finding, layout[severity], view);
        hidden.push(finding);
        return [];
      });
    if (texts.length > 0) shown.push("", TITLES[severity], ...texts);
  }
  return { shown, hidden };
}

/** Count, title and the first places; in more than one line what it does to training, too. */
function describeFinding(finding: LintFinding, lines: 1 | 2 | 3, view: View): string[] {
  const { title, count, meaning, fix } = finding;
  const head = `${String(count).padStart(6)}  ${title}`;
  const mended = fix === undefined ? "" : ` --fix ${fix}.`;
  const training = `${INDENT}${meaning}${mended}`;
  if (finding.rule === "cannot-read") {
    return [head, ...wrapped(finding.places.map((place) => describePlace(place, view.root)).join("; ")), training];
  }
  if ((lines === 3 || view.all) && isOfClasses(finding)) return [head, ...classLines(finding), training];
  if (lines === 3) return [head, `${INDENT}${describePlaces(finding, WIDTH - INDENT.length, view)}`, training];
  const short = `${head}: ${describePlaces(finding, WIDTH - head.length - 2, view)}`;
  return lines === 2 ? [short, training] : [short];
}

/** Whether what was found is of classes: their places are no files. */
function isOfClasses({ places }: LintFinding): boolean {
  return places.length > 1 && places.every(({ file }) => file === "classes" || file.startsWith('class "'));
}

/** A line for each class, and one for those that are left. */
function classLines({ count, places }: LintFinding): string[] {
  const lines = places.map(({ file, detail }) => {
    if (file === "classes") return detail ?? "";
    return detail === undefined ? file : `${file}: ${detail}`;
  });
  const rest = count > places.length ? [`and ${count - places.length} more`] : [];
  return [...lines, ...rest].map((line) => `${INDENT}${line}`);
}

/** As many places as fit into so many columns, one at least, and how many more there are. */
function describePlaces({ count, places }: LintFinding, width: number, { all, root }: View): string {
  const texts = places.map((place) => describePlace(place, root));
  for (let most = texts.length; most > 0; most--) {
    const rest = count > most ? `, and ${count - most} more` : "";
    const whole = `${texts.slice(0, most).join("; ")}${rest}`;
    if (all || whole.length <= width) return whole;
    if (most === 1) return `${cut(whole.slice(0, whole.length - rest.length), width - rest.length)}${rest}`;
  }
  return "";
}

function describePlace({ file, object, image, detail }: FindingPlace, root: string): string {
  const isSaid = image === undefined || stemOf(image) === stemOf(file) || object?.includes(basename(image));
  const own = isSaid ? "" : ` of ${fromRoot(image, root)}`;
  const place = fromRoot(object === undefined ? file : `${file}: ${object}${own}`, root);
  return detail === undefined ? place : `${place} (${fromRoot(detail, root)})`;
}

function describeConvention({ verdict, sure, because }: NonNullable<LintReport["convention"]>): string[] {
  if (sure === "no") return ["coordinates: unknown (too few boxes touch a border)"];
  const [minima = "", maxima = ""] = because.split("; ");
  return [
    `coordinates: ${verdict} (${sure === "yes" ? "sure" : "probable"})`,
    `${INDENT}${minima};`,
    `${INDENT}${maxima}`,
  ];
}

function summary({ counts, findings, fixed }: LintReport): string {
  if (counts.error + counts.warning === 0)
    return counts.note === 0 ? "clean: nothing found" : "clean: no errors, no warnings";
  const kinds = `kinds of findings: ${countKinds(findings)}`;
  const fixable = findings.filter(({ fix, severity }) => fix !== undefined && severity !== "note").length;
  if (!fixed) return fixable > 0 ? `${kinds}; --fix --out <folder> corrects ${fixable} of them in a copy` : kinds;
  const errors = findings.filter(({ fix, severity }) => fix === undefined && severity === "error").length;
  return errors > 0 ? `${kinds}; ${countOf(errors, "kind")} of error for a person to correct` : kinds;
}

function countKinds(findings: readonly LintFinding[]): string {
  const counts = SEVERITIES.map((severity) => [
    severity,
    findings.filter((found) => found.severity === severity).length,
  ]);
  return counts.filter(([, count]) => count !== 0).map(([severity, count]) => countOf(Number(count), String(severity))).join(", "); // prettier-ignore
}

function stemOf(path: string): string {
  return basename(path, extname(path));
}

/** The line with paths below the root shown from there: readers show them as the root was typed, or from here. */
function fromRoot(line: string, root: string): string {
  const folders = [root, shownPath(resolve(root))].map((folder) => normalize(`${folder}/`));
  return folders.reduce((text, folder) => {
    const atStart = (at: number) => at === 0 || text[at - 1] === " " || text[at - 1] === "(";
    return text.replaceAll(folder, (match, at: number) => (atStart(at) ? "" : match));
  }, line);
}

/** The text in as many lines as it needs. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? `${INDENT}${word}` : `${last} ${word}`;
    if (last === undefined) lines.push(longer);
    else if (longer.length > WIDTH) lines.push(`${INDENT}${word}`);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function cut(line: string, width = WIDTH): string {
  return line.length > width ? `${line.slice(0, Math.max(0, width - 2))} …` : line;
}
