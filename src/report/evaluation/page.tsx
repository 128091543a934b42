import type { VNode } from "preact";
import type { DetectionAnalysis } from "../../metrics/detection/analysis.ts";
import { COCO_KEYS } from "../../metrics/detection/coco/cocoSummary.ts";
import type { OperatingPoint } from "../../metrics/detection/operatingPoints.ts";
import { Explorer, type ExplorerProps } from "./explorer.tsx";
import { Document } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { Opening, Plots, type Verdict } from "../page/opening.tsx";
import { ShareTile } from "../page/tile.tsx";
import { count, countOf } from "../../base/words.ts";
import { embeddableJson, percent, rate, shorten } from "../page/text.ts";
import { confidenceText } from "./thresholds.ts";

export interface PageProps extends ExplorerProps {
  title: string;
  analysis: DetectionAnalysis;
  /** What all detections together come to at the confidence of highest F1. */
  point: OperatingPoint;
  verdict: Verdict;
  warnings: readonly string[];
  figures: readonly Figure[];
  /** CSS and JavaScript as they stand in the page. */
  style: string;
  script: string;
  /** What the page may load and run: nothing but its own. */
  contentSecurityPolicy: string;
}

/** The whole document. */
export function Page(props: PageProps): VNode {
  const { title, figures, style, script, counts, contentSecurityPolicy } = props;
  return (
    <Document title={`${shorten(title)} · evaluation`} style={style} contentSecurityPolicy={contentSecurityPolicy}>
      <main>
        <Findings {...props} />
        <Plots figures={figures} />
        <Explorer {...props} />
        <AllNumbers analysis={props.analysis} />
      </main>
      <Enlarged />
      <script type="application/json" id="counts" dangerouslySetInnerHTML={{ __html: embeddableJson(counts) }} />
      <script dangerouslySetInnerHTML={{ __html: script }} />
    </Document>
  );
}

function Findings({ title, analysis, point, verdict, warnings }: PageProps): VNode {
  const { coco, intervals, curves } = analysis;
  const objects = curves.pooled.truths;
  return (
    <Opening
      {...{ title, verdict, warnings }}
      extent={
        <>
          {countOf(analysis.images, "image")} · {countOf(objects, "object")} ·{" "}
          {countOf(analysis.classes.length, "class")}
        </>
      }
    >
      <div class="tiles">
        <ShareTile name="AP" hint="mean over IoU 0.5 to 0.95" value={coco.AP} estimate={intervals?.AP} />
        <ShareTile name="AP50" hint="boxes may be rough: IoU 0.5" value={coco.AP50} estimate={intervals?.AP50} />
        <ShareTile name="Best F1" hint={bestHint(point)} value={point.f1} />
      </div>
    </Opening>
  );
}

function bestHint({ truePositives, confidence, precision, recall }: OperatingPoint): string {
  if (truePositives === 0) return "nothing was found";
  return `at confidence ${confidenceText(confidence)}: precision ${rate(precision)}, recall ${rate(recall)}`;
}

/** COCO's twelve numbers, and those that have no plot. */
function AllNumbers({
  analysis: { coco, intervals, missRates, counting, confidence },
}: {
  analysis: DetectionAnalysis;
}): VNode {
  return (
    <section aria-labelledby="numbers-title">
      <h2 id="numbers-title">All numbers</h2>
      <div class="scroll card narrow" tabIndex={0} role="region" aria-label="All numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col">Value</th>
              {intervals !== null && <th scope="col">{percent(intervals.level)} interval</th>}
            </tr>
          </thead>
          <tbody>
            {COCO_KEYS.map((name) => (
              <tr>
                <th scope="row">{name}</th>
                <td>{rate(coco[name], 4)}</td>
                {intervals !== null && (
                  <td class="quiet">
                    {Number.isFinite(intervals[name].low)
                      ? `${rate(intervals[name].low)} to ${rate(intervals[name].high)}`
                      : "–"}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        Log-average miss rate: {rate(missRates.logAverageMissRate)} (lower is better). Counting objects at confidence{" "}
        {confidenceText(confidence)}: off by {rate(counting.total.meanAbsoluteError, 2)} per image on average, exactly
        right in {percent(counting.total.exact)} of the images; the mean count is{" "}
        {rate(Math.abs(counting.total.bias), 2)} too {counting.total.bias < 0 ? "low" : "high"}.
        {intervals !== null &&
          ` Intervals come from a bootstrap over images with ${count(intervals.resamples)} resamples.`}{" "}
        A dash means that there was nothing to measure it on.
      </p>
    </section>
  );
}

function Enlarged(): VNode {
  return (
    <dialog id="enlarged" aria-label="Enlarged picture">
      <div id="enlarged-picture" />
      <div id="enlarged-caption" />
      <form method="dialog">
        <button type="button" id="previous" aria-label="Previous picture">
          ←
        </button>
        <button type="submit">Close</button>
        <button type="button" id="next" aria-label="Next picture">
          →
        </button>
      </form>
    </dialog>
  );
}
