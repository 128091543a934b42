import { expect, test } from "vitest";
import { describeReport } from "../../../src/cli/label/lintText.ts";
import type { LintFinding, LintReport } from "../../../src/data/lint/report.ts";

const finding = (severity: LintFinding["severity"], more: Partial<LintFinding> = {}): LintFinding => ({
  ...{ rule: "other", severity, title: `a ${severity}`, count: 1, places: [{ file: "a.xml" }], meaning: "It is bad." },
  ...more,
});
function report(findings: LintFinding[], more: Partial<LintReport> = {}): LintReport {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return { source: "a set", images: 3, objects: 4, labels: 0, classes: ["cat"], counts, findings, ...more };
}
const linesOf = (findings: LintFinding[], all = false, more: Partial<LintReport> = {}) =>
  describeReport(report(findings, more), { all, root: "/photos" }).split("\n");
const times = (count: number, severity: LintFinding["severity"]) =>
  Array.from({ length: count }, () => finding(severity));

test("three lines for an error and a warning, one for a note, a verdict and a sum", () => {
  const convention: LintReport["convention"] = {
    ...{ verdict: "zero-based", sure: "probably", because: "5 of 9 minima are 0; 4 of 9 maxima are the side" },
    counts: { minima: 9, maxima: 9, minimum0: 5, minimum1: 0, minimum2: 0, minimumElsewhere: 0, maximumSideLess1: 0, maximumSide: 4, maximumBeyond: 0 }, // prettier-ignore
  };
  const found = [finding("error", { fix: "mends it" }), finding("warning"), finding("note")];
  expect(linesOf(found, false, { convention })).toEqual([
    "a set: 3 images, 4 objects, 1 class: cat",
    ...["", "errors", "     1  a error", "        a.xml", "        It is bad. --fix mends it."],
    ...["", "warnings", "     1  a warning", "        a.xml", "        It is bad."],
    ...["", "notes", "     1  a note: a.xml", ""],
    ...["coordinates: zero-based (probable)", "        5 of 9 minima are 0;", "        4 of 9 maxima are the side"],
    "kinds of findings: 1 error, 1 warning, 1 note; --fix --out <folder> corrects 1 of them in a copy",
  ]);
});

test("warnings shrink before errors do, and what does not fit is counted", () => {
  const few = linesOf([...times(4, "error"), ...times(12, "warning")]);
  expect(few.filter((line) => line.includes("It is bad."))).toHaveLength(4);
  expect(few).toContain("     1  a warning: a.xml");
  const many = linesOf([...times(14, "error"), ...times(9, "warning"), ...times(3, "note")]);
  expect(many.filter((line) => line.startsWith("     1  a error: a.xml"))).toHaveLength(14);
  expect(many).toContain("and more: 5 warnings, 3 notes; --all shows them");
  expect(many.length).toBeLessThanOrEqual(42);
  expect(linesOf(times(60, "error"), true)).toHaveLength(60 * 3 + 5);
});

test("places that do not fit are left to the count; a single one is cut", () => {
  const places = [{ file: "x".repeat(70) }, { file: "y".repeat(70) }];
  expect(linesOf([finding("error", { places, count: 9 })])[4]).toBe(`        ${"x".repeat(70)}, and 8 more`);
  const [, , , , long = ""] = linesOf([finding("error", { places: [{ file: "x".repeat(200) }], count: 2 })]);
  expect(long).toMatch(/^ {8}x+ …, and 1 more$/);
  expect(long).toHaveLength(118);
  expect(linesOf([finding("error", { places, count: 9 })], true)[4]).toContain("y, and 7 more");
});

test("why a data set cannot be read is said to the end", () => {
  const places = [{ file: "/photos/a", detail: "word ".repeat(60).trim() }];
  const lines = linesOf([finding("error", { rule: "cannot-read", places })]);
  expect(lines.slice(4, 7).join(" ").replaceAll(/ +/g, " ")).toBe(` a (${"word ".repeat(60).trim()})`);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(118);
});

test("a record of a file for many images is shown with its image, from the folder on", () => {
  const inList = { file: "/photos/all.json", object: "annotations[3]", image: "/photos/images/b.jpg", detail: "cat" };
  const own = { file: "/photos/b.xml", object: "object 3", image: "/photos/b.jpg" };
  expect(linesOf([finding("error", { places: [inList] })])[4]).toBe("        all.json: annotations[3] of images/b.jpg (cat)"); // prettier-ignore
  expect(linesOf([finding("error", { places: [own] })])[4]).toBe("        b.xml: object 3");
});

test("beside a corrected copy, the sum says what is left for a person", () => {
  const fixed = { file: "out/annotations.json", changesFile: "out/changes.csv", changes: 2 };
  expect(linesOf([finding("error", { fix: "mends it" }), ...times(2, "error")], false, { fixed }).slice(-2)).toEqual([
    "corrected copy: out/annotations.json, with 2 changes listed in out/changes.csv",
    "kinds of findings: 3 errors; 2 kinds of error for a person to correct",
  ]);
});

test("classes have a line each, as far as there is room, and all of them with --all", () => {
  const places = ["cat", "dog", "owl"].map((name, i) => ({ file: `class "${name}"`, detail: `${i + 1} objects` }));
  const rare = finding("warning", { places, count: 5 });
  const listed = [
    '        class "cat": 1 objects',
    '        class "dog": 2 objects',
    '        class "owl": 3 objects',
    "        and 2 more",
  ];
  expect(linesOf([rare]).slice(3, 9)).toEqual(["     5  a warning", ...listed, "        It is bad."]);
  expect(linesOf([{ ...rare, severity: "note" }], true).slice(4, 8)).toEqual(listed);
  const many = linesOf([rare, ...times(12, "error")]);
  expect(many.join("\n")).toContain('     5  a warning: class "cat" (1 objects); class "dog" (2 objects)');
  expect(many.length).toBeLessThanOrEqual(42);
});
