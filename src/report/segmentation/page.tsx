import type { VNode } from "preact";
import { sum } from "../../base/statistics.ts";
import { count, countOf } from "../../base/words.ts";
import { COCO_KEYS } from "../../metrics/detection/coco/cocoSummary.ts";
import { DataTable } from "../page/dataTable.tsx";
import { Document } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { Opening, Plots, type Verdict } from "../page/opening.tsx";
import { percent, rate, shorten } from "../page/text.ts";
import { ShareTile } from "../page/tile.tsx";
import { Gallery, type GalleryProps } from "./gallery.tsx";
import type { SegmentationReportInput } from "./input.ts";

export interface PageProps {
  input: SegmentationReportInput;
  verdict: Verdict;
  figures: readonly Figure[];
  drawn: GalleryProps["drawn"];
  /** CSS and JavaScript as they stand in the page. */
  style: string;
  script: string;
  contentSecurityPolicy: string;
}

/** The whole document. */
export function Page({ input, verdict, figures, drawn, style, script, contentSecurityPolicy }: PageProps): VNode {
  const { title, classes, evaluation, shown, pictures, warnings = [] } = input;
  return (
    <Document title={`${shorten(title)} · evaluation`} style={style} contentSecurityPolicy={contentSecurityPolicy}>
      <main>
        <Opening
          {...{ title, verdict, warnings }}
          extent={
            <>
              {countOf(evaluation.images.length, "image")} · {countOf(classes.length, "class")}
            </>
          }
        >
          <Tiles {...input} />
        </Opening>
        <Plots figures={figures} />
        <section aria-labelledby="classes-title">
          <h2 id="classes-title">Classes</h2>
          <ClassTable {...input} />
        </section>
        <Gallery {...{ classes, drawn, pictures }} worst={shown.worst} best={shown.best} />
        <section aria-labelledby="numbers-title">
          <h2 id="numbers-title">All numbers</h2>
          <DataTable label="All numbers" head={["Number", "Value"]} rows={allNumbers(input)} narrow />
          <p class="note">
            mean_iou, mean_dice, mean_accuracy and boundary_f1 are means over the background and the classes; iou and
            dice are those of the classes alone, mean_image_iou that of the images. A dash means that there was nothing
            to measure it on.
          </p>
        </section>
      </main>
      <script dangerouslySetInnerHTML={{ __html: script }} />
    </Document>
  );
}

function Tiles({ evaluation: { metrics }, classes, instances }: SegmentationReportInput): VNode {
  const { mean_iou = NaN, iou = NaN, dice = NaN, mean_image_iou = NaN, boundary_f1 = NaN } = metrics;
  return (
    <div class="tiles">
      <ShareTile name="Mean IoU" hint="over the background and the classes" value={mean_iou} />
      <ShareTile
        name={classes.length === 1 ? "IoU" : "IoU of the classes"}
        hint={`Dice ${rate(dice)}, in an image ${rate(mean_image_iou)} on average`}
        value={iou}
      />
      <ShareTile name="Boundary F1" hint="how well outlines agree" value={boundary_f1} />
      {instances && (
        <ShareTile
          name="Mask AP of objects"
          hint={`AP50 ${rate(instances.coco.AP50)}, panoptic quality ${rate(instances.panoptic.all.pq)}`}
          value={instances.coco.AP}
        />
      )}
    </div>
  );
}

/** Each class in numbers, the background first. */
function ClassTable({ evaluation: { perClass, confusion } }: SegmentationReportInput): VNode {
  const total = sum(perClass.map(({ truthPixels }) => truthPixels));
  return (
    <DataTable
      label="Classes"
      head={["Class", "Pixels", "IoU", "Dice", "Accuracy", "Precision", "Boundary F1", "Most often taken for"]}
      rows={perClass.map(({ class: k, name, truthPixels, ...one }) => {
        const others = (confusion[k] ?? []).map((pixels, j) => (j === k ? 0 : pixels));
        const most = Math.max(0, ...others);
        const taken = `${shorten(perClass[others.indexOf(most)]?.name ?? "", 30)} (${percent(most / truthPixels)})`;
        return [
          ...[shorten(name, 40), percent(truthPixels / total), rate(one.iou), rate(one.dice)],
          ...[rate(one.accuracy), rate(one.precision), rate(one.boundaryF1), most === 0 ? "–" : taken],
        ];
      })}
    />
  );
}

function allNumbers({ evaluation: { metrics, perClass }, instances }: SegmentationReportInput): string[][] {
  const numbers = Object.entries(metrics).map(([name, value]) => [name, rate(value, 4)]);
  const pixels = ["pixels that count", count(sum(perClass.map(({ truthPixels }) => truthPixels)))];
  if (!instances) return [...numbers, pixels];
  const { coco, panoptic } = instances;
  const { pq, sq, rq } = panoptic.all;
  return [
    ...numbers,
    ...COCO_KEYS.map((key) => [`${key} (masks)`, rate(coco[key], 4)]),
    ...Object.entries({ PQ: pq, SQ: sq, RQ: rq }).map(([name, value]) => [name, rate(value, 4)]),
    pixels,
  ];
}
