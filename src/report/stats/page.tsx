import type { VNode } from "preact";
import { DataTable } from "../page/dataTable.tsx";
import { Document, Warnings } from "../page/document.tsx";
import { Plots } from "../page/opening.tsx";
import type { Figure } from "../page/figure.ts";
import { count, countOf } from "../../base/words.ts";
import { percent, rate, shorten } from "../page/text.ts";
import { Tile } from "../page/tile.tsx";
import { anchorWords, hasLabelsAlone, headline, inputSizeWords, observations } from "./advice.ts";
import type { StatsReportInput } from "./input.ts";

export interface StatsPageProps extends StatsReportInput {
  figures: readonly Figure[];
  /** CSS as it stands in the page. */
  style: string;
}

/** The whole document; it needs no script. */
export function StatsPage(props: StatsPageProps): VNode {
  const { title, stats, anchors, figures, style } = props;
  return (
    <Document
      title={`${shorten(title)} · data`}
      style={style}
      contentSecurityPolicy="default-src 'none'; style-src 'unsafe-inline'"
    >
      <main>
        <Opening {...props} />
        <Plots title="What is labelled" figures={figures} />
        <Classes {...stats} />
        <Splits {...stats} />
        {anchors && <Anchors {...anchors} />}
      </main>
    </Document>
  );
}

function Opening({ title, stats, anchors, warnings }: StatsPageProps): VNode {
  const { parts, inputSize, imageSizes } = stats;
  const all = parts.at(-1);
  const [commonest] = imageSizes;
  return (
    <header>
      <p class="eyebrow">
        <strong>{shorten(title, 120)}</strong>
        {commonest && (
          <span>
            images of {commonest.width} x {commonest.height}
            {imageSizes.length > 1 &&
              ` and ${count(imageSizes.length - 1)} other ${imageSizes.length > 2 ? "sizes" : "size"}`}
          </span>
        )}
      </p>
      <h1>{headline(stats)}</h1>
      {[
        ...observations(stats),
        ...(inputSize ? [inputSizeWords(inputSize)] : []),
        ...(anchors ? [anchorWords(anchors)] : []),
      ].map((sentence) => (
        <p class="verdict">{sentence}</p>
      ))}
      <div class="tiles">
        {inputSize && (
          <Tile name="Input size" value={String(inputSize.recommended.size)}>
            {percent(1 - inputSize.recommended.under8)} of the objects keep 8 pixels
          </Tile>
        )}
        {anchors && (
          <Tile name="Anchor shapes" value={String(anchors.fit.count)}>
            mean best IoU {rate(anchors.fit.meanIou, 2)}
          </Tile>
        )}
        {hasLabelsAlone(stats) ? (
          <Tile name="Labels per image" value={rate((all?.labels ?? NaN) / (all?.images ?? NaN), 1)}>
            {countOf((all?.images ?? 0) - (all?.labelled ?? 0), "image")} without any
          </Tile>
        ) : (
          <Tile name="Objects per image" value={rate(all?.mean ?? NaN, 1)}>
            {count(all?.most ?? 0)} at most
          </Tile>
        )}
      </div>
      <Warnings warnings={warnings} />
    </header>
  );
}

/** More classes are not listed one by one. */
const MOST_CLASSES = 500;

function Classes(stats: StatsReportInput["stats"]): VNode {
  const { classes, parts } = stats;
  const labelsAlone = hasLabelsAlone(stats);
  const splits = parts.map(({ part }) => part).filter((part) => part !== "all");
  const shown = splits.length > 1 ? splits : [];
  const all = parts.at(-1);
  const total = all?.objects ?? 0;
  const inSplits = shown.map((split) => `In ${split === "none" ? "no split" : split}`);
  return (
    <section aria-labelledby="classes-title">
      <h2 id="classes-title">Classes</h2>
      <DataTable
        label="Classes"
        head={
          labelsAlone
            ? ["Class", "Images", "Share", ...inSplits]
            : ["Class", "Images", "Objects", "Share", ...inSplits, "Median size", "Median width/height"]
        }
        rows={classes.slice(0, MOST_CLASSES).map((one) => {
          const name = shorten(one.name, 40);
          if (labelsAlone) {
            const share = percent(one.labels / (all?.images ?? NaN));
            return [name, count(one.labels), share, ...shown.map((split) => count(one.labelsBySplit[split]))];
          }
          return [
            ...[name, count(one.images), count(one.objects), percent(one.objects / total)],
            ...shown.map((split) => count(one.bySplit[split])),
            ...[rate(one.medianSize, 0), rate(one.medianAspect, 2)],
          ];
        })}
      />
      {classes.length > MOST_CLASSES && (
        <p class="note">
          The first {MOST_CLASSES} of {count(classes.length)} classes.
        </p>
      )}
    </section>
  );
}

function Splits(stats: StatsReportInput["stats"]): VNode {
  const { parts } = stats;
  if (hasLabelsAlone(stats)) {
    return (
      <section aria-labelledby="splits-title">
        <h2 id="splits-title">Splits</h2>
        <DataTable
          label="Splits"
          head={["Split", "Images", "Without a label", "Labels"]}
          rows={parts.map(({ part, images, labelled, labels }) => {
            return [part === "none" ? "no split" : part, count(images), count(images - labelled), count(labels)];
          })}
        />
      </section>
    );
  }
  return (
    <section aria-labelledby="splits-title">
      <h2 id="splits-title">Splits</h2>
      <DataTable
        label="Splits"
        head={[
          "Split",
          "Images",
          "Without objects",
          "Objects",
          "Difficult",
          "Crowds",
          "Per image",
          "Most per image",
          "Median size",
        ]}
        rows={parts.map((one) => [
          ...[one.part === "none" ? "no split" : one.part, count(one.images), count(one.background)],
          ...[count(one.objects), count(one.difficult), count(one.crowd)],
          ...[rate(one.mean, 1), count(one.most), rate(one.medianSize, 0)],
        ])}
      />
    </section>
  );
}

function Anchors({ shapes, size }: NonNullable<StatsReportInput["anchors"]>): VNode {
  return (
    <section aria-labelledby="anchors-title">
      <h2 id="anchors-title">Anchors at input size {size}</h2>
      <DataTable
        label="Anchors"
        narrow
        head={["Anchor", "Width", "Height", "Size", "Height/width"]}
        rows={shapes.map(([width, height], i) => [
          ...[String(i + 1), rate(width, 1), rate(height, 1)],
          ...[rate(Math.sqrt(width * height), 1), rate(height / width, 2)],
        ])}
      />
    </section>
  );
}
