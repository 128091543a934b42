/**
 * What `label lint` finds of mistakes that are made on purpose, at a known rate: precision and recall for each kind, and
 * how often the verdict on the coordinate convention is right against how sure it says it is.
 *
 *   npx tsx bench/lintFindings.ts [--data ../shared/data] [--seeds 3] [--draws 40] [--only <kind>]
 *
 * The clean data are BCCD and raccoon, where `--data` has them, as LabelImg would have written them, and a synthetic set.
 * What is found in them without a mistake is told, and does not count as false.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import type { LintReport } from "../src/data/lint/report.ts";
import type { RuleId } from "../src/data/lint/rules.ts";
import { type LabelledFile, lintFiles, readFolder, synthesize } from "./lintFindings/labelImgFolder.ts";
import { calibrate } from "./lintFindings/conventions.ts";
import { keysOf, type Mistake, MISTAKES } from "./lintFindings/mistakes.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: fileURLToPath(new URL("../../shared/data", import.meta.url)) },
    seeds: { type: "string", default: "3" },
    draws: { type: "string", default: "40" },
    only: { type: "string", default: "" },
    no: { type: "string", default: "" },
  },
});
const seeds = Array.from({ length: Number(options.seeds) }, (_, i) => i + 1);

const sets = new Map<string, LabelledFile[]>();
for (const name of ["bccd", "raccoon"]) {
  const folder = join(options.data, name);
  if (existsSync(folder)) sets.set(name, (await readFolder(folder)).map(withoutSplit));
}
sets.set("synthetic", await synthesize(300, 1));

if (options.no !== "mistakes") await mistakes();
if (options.no !== "conventions") conventions();

/** A table of precision and recall for each set. */
async function mistakes(): Promise<void> {
  for (const [name, files] of sets) {
    const boxes = files.reduce((sum, file) => sum + file.boxes.length, 0);
    console.log(`\n${name}: ${files.length} images, ${boxes} boxes`);
    const clean = await lintFiles(files, { pixels: true });
    for (const { severity, count, title } of clean.findings) {
      if (severity !== "note") console.log(`  without mistakes, ${severity}: ${count} ${title}`);
    }
    console.log(`\n| mistake | made | found | recall | other findings | those without the mistake, too | precision |`);
    console.log(`| --- | ---: | ---: | ---: | ---: | ---: | ---: |`);
    const known = new Set(placesIn(clean).map(({ text }) => text));
    for (const mistake of MISTAKES) {
      if (!mistake.title.includes(options.only)) continue;
      const { made, found, right, wrong, known: same } = await measure(mistake, files, known);
      if (made === 0) continue;
      const cells = [made, found, percent(found, made), wrong, same, percent(right, right + wrong + same)];
      console.log(`| ${mistake.title} | ${cells.join(" | ")} |`);
    }
  }
}

/** How many are found, and how many findings are right, and wrong, over all seeds. */
async function measure(mistake: Mistake, files: readonly LabelledFile[], known: ReadonlySet<string>) {
  const sum = { made: 0, found: 0, right: 0, wrong: 0, known: 0 };
  for (const seed of seeds) {
    const { files: changed, places } = await mistake.make(files, new Random(seed), mistake.rate);
    const report = await lintFiles(changed, { pixels: mistake.pixels ?? false });
    const found = new Set<string>();
    for (const { keys, text } of placesIn(report, mistake.rules)) {
      const hits = keys.filter((key) => places.has(key));
      for (const key of hits) found.add(key);
      if (hits.length > 0) sum.right++;
      else if (known.has(text)) sum.known++;
      else sum.wrong++;
    }
    sum.made += places.size;
    sum.found += found.size;
  }
  return sum;
}

/** The places of findings of these rules: what they name, and a text that is the same for the same finding. */
function placesIn(report: LintReport, rules?: readonly RuleId[]): { keys: string[]; text: string }[] {
  return report.findings
    .filter(({ rule }) => rules?.includes(rule) ?? true)
    .flatMap(({ rule, places }) =>
      places.map((place) => ({ keys: keysOf(place), text: `${rule} ${place.file} ${place.object ?? ""}` })),
    );
}

/** A table of how often verdicts are right. */
function conventions(): void {
  const draws = Number(options.draws);
  const sums = new Map<string, { count: number; right: number }>();
  for (const [name, files] of sets) {
    for (const stay of [0, 0.5, 1]) {
      console.log(
        `\n${name}${stay > 0 ? `, ${percent(stay, 1)} of the boxes at the border up to 3 pixels off it` : ""}`,
      );
      console.log("| images | says | verdicts | right |\n| ---: | --- | ---: | ---: |");
      const { table, wrong } = calibrate(files, [20, 100, 1000], { draws, seed: 1, stay });
      for (const { images, sure, count, right } of table) {
        console.log(`| ${images} | ${sure} | ${count} | ${sure === "no" ? "" : percent(right, count)} |`);
        const sum = sums.get(`${images} | ${sure}`) ?? { count: 0, right: 0 };
        sums.set(`${images} | ${sure}`, { count: sum.count + count, right: sum.right + right });
      }
      for (const [what, count] of wrong) console.log(`  wrong: ${count} x ${what}`);
    }
  }
  console.log("\nall of these\n| images | says | verdicts | right |\n| ---: | --- | ---: | ---: |");
  for (const [key, { count, right }] of sums)
    console.log(`| ${key} | ${count} | ${key.endsWith("no") ? "" : percent(right, count)} |`);
}

function withoutSplit({ split: _, ...file }: LabelledFile): LabelledFile {
  return file;
}

function percent(part: number, of: number): string {
  return of === 0 ? "" : `${((100 * part) / of).toFixed(of >= 1000 ? 1 : 0)} %`;
}
