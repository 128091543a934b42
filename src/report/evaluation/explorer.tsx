import type { VNode } from "preact";
import { type CountTable, pointAt } from "./countTable.ts";
import { Gallery, type GalleryProps, pictureNotes } from "./pictures/gallery.tsx";
import { count } from "../../base/words.ts";
import { rate } from "../page/text.ts";
import type { ClassRow } from "./classTable.tsx";
import { ClassTable } from "./classTable.tsx";

export interface ExplorerProps extends GalleryProps {
  counts: CountTable;
  rows: readonly ClassRow[];
  hiddenClasses: number;
  withIntervals: boolean;
}

/** The slider, and what changes with it: counts, the table of classes, and the pictures. */
export function Explorer(props: ExplorerProps): VNode {
  const { counts, cards } = props;
  return (
    <section id="explore" aria-labelledby="explore-title">
      <h2 id="explore-title">Explore by confidence</h2>
      <p class="lead">
        Move the threshold: detections below it disappear, here and in all pictures. Right means an IoU of 0.5 or more
        with an object of the same class that no surer detection has found.
      </p>
      <Controls counts={counts} />
      <h3>Classes</h3>
      <ClassTable {...props} />
      <p class="legend pictures-legend" aria-label="Colours of the boxes">
        <span class="key right">right</span>
        <span class="key wrong">wrong</span>
        <span class="key truth">labelled</span>
        <span class="key lost">labelled, missed</span>
        <span class="key ignored">does not count</span>
      </p>
      {pictureNotes(cards).map((note) => (
        <p class="note">{note}</p>
      ))}
      <Gallery {...props} />
    </section>
  );
}

function Controls({ counts }: Pick<ExplorerProps, "counts">): VNode {
  const { start, thresholds, all } = counts;
  const point = pointAt(all, thresholds, start);
  const numbers = [
    ["tp", "right", count(point.truePositives)],
    ["fp", "wrong", count(point.falsePositives)],
    ["fn", "missed", count(point.falseNegatives)],
    ["precision", "precision", rate(point.precision)],
    ["recall", "recall", rate(point.recall)],
    ["f1", "F1", rate(point.f1)],
  ] as const;
  return (
    <div class="controls" role="group" aria-label="Confidence threshold and what is drawn">
      <div class="slide">
        <label for="confidence">Confidence</label>
        <input
          id="confidence"
          type="range"
          min="0"
          max={thresholds.length - 1}
          step="1"
          value={start}
          autocomplete="off"
        />
        <output id="confidence-value" for="confidence">
          {counts.labels[start]}
        </output>
        <button type="button" id="reset" title="Back to the confidence with the highest F1">
          Best F1
        </button>
      </div>
      <dl class="numbers" aria-live="polite">
        {numbers.map(([id, name, value]) => (
          <div class={id}>
            <dt>{name}</dt>
            <dd id={`all-${id}`}>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="toggles">
        <Toggle id="truth" name="Truth" checked />
        <Toggle id="predictions" name="Predictions" checked />
        <Toggle id="labels" name="Labels" checked={false} />
      </div>
    </div>
  );
}

function Toggle({ id, name, checked }: { id: string; name: string; checked: boolean }): VNode {
  return (
    <label class="toggle">
      <input type="checkbox" id={`show-${id}`} checked={checked} /> {name} <kbd>{name.charAt(0)}</kbd>
    </label>
  );
}
