import { z } from "zod";
import { rleToString } from "../../geometry/masks/rleString.ts";
import type { Rle } from "../../geometry/masks/rle.ts";
import type { Answer } from "../inference/messages.ts";
import { type Choice, type Description, shownClasses } from "./chosenPart.ts";

const Box = z.array(z.number()).length(4).describe("x1, y1, x2, y2 in pixels of the image");
const Score = z.number().describe("0 to 1");
const Place = z.int().describe("place in the list of classes, from 0");
const Mask = z
  .object({ size: z.array(z.int()).length(2), counts: z.string() })
  .describe("COCO's run lengths: size is height, width");

/** What `/models/<name>/predict` answers, by the kind of the model. */
export const DOCUMENTS = {
  detection: z.object({
    detections: z.array(z.object({ class: z.string(), index: Place, score: Score, box: Box })),
  }),
  classification: z.object({
    shown: z.array(z.string()).describe("the classes that the image counts as showing"),
    classes: z.array(z.object({ class: z.string(), index: Place, probability: Score })),
    box: Box.optional(),
  }),
  segmentation: z.object({
    objects: z.array(z.object({ class: z.string(), index: Place, score: Score, box: Box, mask: Mask })),
  }),
  reading: z.object({ text: z.string(), confidence: Score }),
} as const satisfies Record<Answer["kind"], z.ZodType>;

const Columns = { boxes: z.array(Box), scores: z.array(Score), classes: z.array(Place), names: z.array(z.string()) };

/** What `:predict` answers for each image, by the kind of the model. */
export const PREDICTIONS = {
  detection: z.object(Columns),
  classification: z.object({ probabilities: z.array(z.number()), class: Place, name: z.string(), box: Box.optional() }),
  segmentation: z.object({ ...Columns, masks: z.array(Mask) }),
  reading: z.object({ text: z.string(), confidence: Score }),
} as const satisfies Record<Answer["kind"], z.ZodType>;

type Document = z.infer<(typeof DOCUMENTS)[Answer["kind"]]>;
type Prediction = z.infer<(typeof PREDICTIONS)[Answer["kind"]]>;

/** An answer as `/models/<name>/predict` gives it, with the names of classes. */
export function documentOf(answer: Answer, description: Description, choice: Choice): Document {
  const { classes } = description;
  const nameOf = (index: number): string => classes[index] ?? "";
  switch (answer.kind) {
    case "detection":
      return {
        detections: rowsOf(answer).map(({ index, score, box }) => ({ class: nameOf(index), index, score, box })),
      };
    case "classification": {
      const all = [...answer.probabilities].map((probability, index) => ({
        ...{ class: nameOf(index), index, probability: short(probability) },
      }));
      const best = all.sort((a, b) => b.probability - a.probability).slice(0, choice.max);
      const shown = shownClasses(answer, description, choice).map(nameOf);
      return { shown, classes: best, ...(answer.box && { box: answer.box.map(short) }) };
    }
    case "segmentation":
      return {
        objects: answer.regions.map((region) => ({
          ...{ class: nameOf(region.class), index: region.class, score: short(region.score), box: region.box },
          mask: maskOf(region.mask),
        })),
      };
    case "reading":
      return { text: answer.text, confidence: short(answer.confidence) };
  }
}

/** An answer as `:predict` gives it: columns of numbers. */
export function predictionOf(answer: Answer, { classes: names }: Description): Prediction {
  const nameOf = (index: number): string => names[index] ?? "";
  switch (answer.kind) {
    case "detection":
      return columnsOf(rowsOf(answer), nameOf);
    case "classification": {
      const probabilities = [...answer.probabilities].map(short);
      const best = answer.probabilities.indexOf(Math.max(...answer.probabilities));
      return { probabilities, class: best, name: nameOf(best), ...(answer.box && { box: answer.box.map(short) }) };
    }
    case "segmentation": {
      const rows = answer.regions.map((region) => ({ ...region, index: region.class, score: short(region.score) }));
      return { ...columnsOf(rows, nameOf), masks: answer.regions.map(({ mask }) => maskOf(mask)) };
    }
    case "reading":
      return { text: answer.text, confidence: short(answer.confidence) };
  }
}

interface Row {
  index: number;
  score: number;
  box: number[];
}

function rowsOf({ detections: { boxes, scores, classes } }: Extract<Answer, { kind: "detection" }>): Row[] {
  return Array.from(scores, (score, i) => ({
    ...{ index: classes[i] ?? -1, score: short(score), box: Array.from(boxes.subarray(4 * i, 4 * i + 4), short) },
  }));
}

function columnsOf(rows: readonly Row[], nameOf: (index: number) => string) {
  return {
    boxes: rows.map(({ box }) => box),
    scores: rows.map(({ score }) => score),
    classes: rows.map(({ index }) => index),
    names: rows.map(({ index }) => nameOf(index)),
  };
}

function maskOf(mask: Rle): z.infer<typeof Mask> {
  return { size: [mask.height, mask.width], counts: rleToString(mask) };
}

/** A number of 32 bits with the digits that it has. */
function short(value: number): number {
  return Number(value.toPrecision(7));
}
