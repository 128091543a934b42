/**
 * Reads truth and predictions and evaluates them in a process of its own, as peers.py does with a peer, and prints the
 * same document.
 *
 *   stages.ts <bbox | segm> <truth.json> <predictions.json>
 *   stages.ts <bbox | segm> --cases <folder> <count>
 */
import { join } from "node:path";
import { COCO_KEYS } from "../../src/metrics/detection/coco/cocoSummary.ts";
import { readCocoResults } from "../../src/data/formats/coco/cocoResults.ts";
import { readCocoTruth } from "../../src/data/formats/coco/cocoTruth.ts";
import { matchCoco, summarizeCoco } from "../../src/metrics/index.ts";

const [kind, first = "", second = "", count] = process.argv.slice(2);
const masks = kind === "segm";
if (first === "--cases") {
  for (let i = 0; i < Number(count); i++) {
    await print(join(second, `case${i}.truth.json`), join(second, `case${i}.predictions.json`));
  }
} else await print(first, second);

async function print(truthFile: string, predictionsFile: string): Promise<void> {
  const start = performance.now();
  const truth = await readCocoTruth(truthFile, { masks });
  const { images, classes } = await readCocoResults(truth, predictionsFile, { masks });
  const read = performance.now();
  const matches = matchCoco(images, classes, { overlap: masks ? "mask" : "box" });
  const matched = performance.now();
  const metrics = summarizeCoco(matches);
  const summed = performance.now();
  const document = {
    read: (read - start) / 1000,
    evaluate: (matched - read) / 1000,
    accumulate: (summed - matched) / 1000,
    memory: process.resourceUsage().maxRSS * 1024,
    stats: COCO_KEYS.map((key) => metrics[key]), // JSON has null for NaN, as the peers' documents do
    perClass: metrics.perClass,
  };
  console.log(JSON.stringify(document));
}
