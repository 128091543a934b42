/** How often the verdict on the coordinate convention is right, for bench/lintFindings.ts. */
import { Random } from "../../src/base/random.ts";
import { BoxEnds } from "../../src/data/lint/boxEnds.ts";
import { judgeConvention } from "../../src/data/lint/convention.ts";
import type { ConventionVerdict } from "../../src/data/lint/report.ts";
import type { LabelledFile } from "./labelImgFolder.ts";

type Corners = [number, number, number, number];
type Verdict = ConventionVerdict["verdict"];

/** From corners 0-based, x2 and y2 exclusive, to what a tool of the convention writes. */
const CONVENTIONS: Record<string, { verdict: Verdict; write: (corners: Corners, random: Random) => Corners }> = {
  labelimg: { verdict: "labelimg or voc", write: ([x1, y1, x2, y2]) => [x1 || 1, y1 || 1, x2, y2] },
  voc: { verdict: "labelimg or voc", write: ([x1, y1, x2, y2]) => [x1 + 1, y1 + 1, x2, y2] },
  "zero-based": { verdict: "zero-based", write: (corners) => corners },
  "zero-based, last pixel included": {
    verdict: "zero-based, last pixel included",
    write: ([x1, y1, x2, y2]) => [x1, y1, x2 - 1, y2 - 1],
  },
  "mixed half and half": {
    verdict: "mixed",
    write: ([x1, y1, x2, y2], random) => (random.chance(0.5) ? [x1, y1, x2, y2] : [x1 || 1, y1 || 1, x2, y2]),
  },
};

export interface Calibration {
  images: number;
  sure: ConventionVerdict["sure"];
  /** Verdicts with that word. */
  count: number;
  right: number;
}

/**
 * Draws data sets of `images` images (with replacement) from the files, writes their boxes in every convention, and
 * counts the verdicts. Boxes that touch the border of LabelImg's numbers lie on it.
 *
 * @param stay part of the boxes at the border that are moved off it by up to 3 pixels, as by people who stop short
 */
export function calibrate(
  files: readonly LabelledFile[],
  sizes: readonly number[],
  { draws, seed, stay }: { draws: number; seed: number; stay: number },
): { table: Calibration[]; wrong: Map<string, number> } {
  const random = new Random(seed);
  const table: Calibration[] = [];
  const wrong = new Map<string, number>();
  for (const images of sizes) {
    const bySure = new Map<string, Calibration>();
    for (let draw = 0; draw < draws; draw++) {
      const sample = Array.from({ length: images }, () => files[random.int(files.length)]);
      for (const [name, { verdict, write }] of Object.entries(CONVENTIONS)) {
        const ends = new BoxEnds();
        for (const file of sample) {
          if (!file) continue;
          for (const { corners } of file.boxes) ends.add(write(zeroBased(corners, file, random, stay), random), file);
        }
        const judged = judgeConvention(ends.counts());
        if (!judged) continue;
        const row = bySure.get(judged.sure) ?? { images, sure: judged.sure, count: 0, right: 0 };
        bySure.set(judged.sure, row);
        row.count++;
        if (judged.verdict === verdict) row.right++;
        else if (judged.sure !== "no") {
          const key = `${images} images, ${name}: ${judged.verdict} (${judged.sure})`;
          wrong.set(key, (wrong.get(key) ?? 0) + 1);
        }
      }
    }
    for (const sure of ["yes", "probably", "no"] as const) table.push(bySure.get(sure) ?? { images, sure, count: 0, right: 0 }); // prettier-ignore
  }
  return { table, wrong };
}

function zeroBased(written: Corners, { width, height }: LabelledFile, random: Random, stay: number): Corners {
  const off = (value: number, border: number, inwards: 1 | -1): number =>
    value === border && random.chance(stay) ? value + inwards * random.int(4) : value;
  const [x1, y1, x2, y2] = written.map((corner, i) => (i < 2 && corner === 1 ? 0 : corner)) as Corners;
  return [off(x1, 0, 1), off(y1, 0, 1), off(x2, width, -1), off(y2, height, -1)];
}
