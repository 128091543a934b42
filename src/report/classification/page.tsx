import type { VNode } from "preact";
import { countOf } from "../../base/words.ts";
import { DataTable } from "../page/dataTable.tsx";
import { Document } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { Opening, Plots, type Verdict } from "../page/opening.tsx";
import { rate, shorten } from "../page/text.ts";
import { ShareTile, Tile } from "../page/tile.tsx";
import { wilsonInterval } from "../page/wilson.ts";
import { ClassTable } from "./classTable.tsx";
import type { ClassifierReportInput } from "./input.ts";
import { allNumbers, lossOfGuessing } from "./numbers.ts";
import { Gallery, type GalleryProps } from "./pictures/gallery.tsx";

export interface PageProps extends Omit<GalleryProps, "noun"> {
  input: ClassifierReportInput;
  verdict: Verdict;
  figures: readonly Figure[];
  /** CSS as it stands in the page. */
  style: string;
}

/** The whole document; it needs no script. */
export function Page({ input, verdict, figures, style, ...gallery }: PageProps): VNode {
  const { title, images, classes, evaluation, warnings = [], noun = "image" } = input;
  const cutOut = images.some(({ crop }) => crop);
  return (
    <Document
      title={`${shorten(title)} · evaluation`}
      style={style}
      contentSecurityPolicy="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    >
      <main>
        <Opening
          {...{ title, verdict, warnings }}
          extent={
            <>
              {cutOut ? `${countOf(images.length, "object")} cut out as images` : countOf(images.length, noun)} ·{" "}
              {countOf(classes.length, "class")}
            </>
          }
        >
          <Tiles {...input} />
        </Opening>
        <Plots figures={figures} />
        <section aria-labelledby="classes-title">
          <h2 id="classes-title">Classes</h2>
          <ClassTable evaluation={evaluation} noun={noun} />
        </section>
        <Gallery {...gallery} noun={noun} />
        <section aria-labelledby="numbers-title">
          <h2 id="numbers-title">All numbers</h2>
          <DataTable
            label="All numbers"
            head={["Number", "Value"]}
            rows={allNumbers(evaluation).map(({ name, value }) => [name, rate(value, 4)])}
            narrow
          />
          <p class="note">
            By the names of Keras and scikit-learn; precision, recall, F1 and AUC are means over the classes. A dash
            means that there was nothing to measure it on.
          </p>
        </section>
      </main>
    </Document>
  );
}

function Tiles({ images, evaluation, noun = "image" }: ClassifierReportInput): VNode {
  const { metrics, single, multiLabel } = evaluation;
  const {
    accuracy = NaN,
    mean_average_precision: mAP = NaN,
    loss = NaN,
    mean_iou: iou,
    localization_accuracy,
  } = metrics;
  const { precision = NaN, recall = NaN, f1_score = NaN } = metrics;
  const measured = single ?? multiLabel;
  const supports = measured?.perClass.map(({ support }) => support) ?? [];
  const guessing = rate(lossOfGuessing(supports, images.length, multiLabel !== undefined));
  const interval = wilsonInterval(Math.round(accuracy * images.length), images.length);
  return (
    <div class="tiles">
      {multiLabel ? (
        <ShareTile name="Mean average precision" hint="over all thresholds, mean over the classes" value={mAP} />
      ) : (
        <ShareTile name="Accuracy" hint={`share of ${noun}s that is right`} value={accuracy} estimate={interval} />
      )}
      <ShareTile name="Macro F1" hint={`precision ${rate(precision)}, recall ${rate(recall)}`} value={f1_score} />
      <Tile name="Log loss" value={rate(loss)}>
        the lower, the better; {guessing} for guessing by how frequent the classes are
      </Tile>
      {iou !== undefined && (
        <ShareTile
          name="Mean IoU"
          hint={`class right and IoU over a half: ${rate(localization_accuracy ?? NaN)}`}
          value={iou}
        />
      )}
    </div>
  );
}
