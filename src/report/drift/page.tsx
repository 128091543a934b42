import { basename } from "node:path";
import type { VNode } from "preact";
import { count, countOf } from "../../base/words.ts";
import type { Drift } from "../../monitoring/compareProfiles.ts";
import { floorOf } from "../../monitoring/measureDrift.ts";
import { driftWords, measureWords, methodWords, pText, sidesOf, VERDICTS } from "../../monitoring/driftWords.ts";
import { DataTable } from "../page/dataTable.tsx";
import { Document } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { Opening, Plots, type Verdict } from "../page/opening.tsx";
import { rate, shorten } from "../page/text.ts";
import { Tile } from "../page/tile.tsx";
import type { DriftReportInput } from "./input.ts";
import type { Shot, ShotGroup } from "./pictures.ts";

export interface PageProps {
  input: DriftReportInput;
  figures: readonly Figure[];
  groups: readonly ShotGroup[];
  /** CSS as it stands in the page. */
  style: string;
}

/** The whole document; it needs no script. */
export function Page({ input, figures, groups, style }: PageProps): VNode {
  const { title, drift, classes, warnings = [] } = input;
  const { images } = drift;
  return (
    <Document
      title={`${shorten(title)} · drift`}
      style={style}
      contentSecurityPolicy="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    >
      <main>
        <Opening
          {...{ title, verdict: verdictOf(drift, classes), warnings }}
          extent={
            <>
              {countOf(images.current, "current image")} · {countOf(images.reference, "image")} of reference
            </>
          }
        >
          <Tiles {...drift} />
        </Opening>
        <section aria-labelledby="measures-title">
          <h2 id="measures-title">What was measured</h2>
          <Measures drift={drift} classes={classes} />
          <p class="note">{methodWords(drift)}</p>
          <p class="note">
            Numbers are compared by Kolmogorov and Smirnov&apos;s D, class shares by their total variation, embeddings
            by the share of the images&apos; distances that lies between the two sets. PSI (population stability index)
            and Jensen-Shannon&apos;s distance are of tenths of the reference, or of classes; with few images they are
            large by chance.
          </p>
        </section>
        <Plots title="Before and now" figures={figures} />
        <Groups groups={groups} />
      </main>
    </Document>
  );
}

function verdictOf(drift: Drift, classes: readonly string[]): Verdict {
  const { measures, trainedReference } = drift;
  const drifted = measures.filter(({ verdict }) => verdict === "drift");
  const details = drifted.slice(0, 4).map((one) => `${one.measure.title}: ${measureWords(one, classes)}.`);
  if (drifted.length === 0) details.push("Nothing differs by more than chance and by enough to matter.");
  if (trainedReference) {
    details.push(
      "The model was trained on nearly all images of the reference, and is surer of them than of others: scores may differ for that reason alone.",
    );
  }
  return { headline: driftWords(drift), details };
}

function Tiles({ measures, images, alpha }: Drift): VNode {
  const tested = measures.filter(({ p }) => !Number.isNaN(p));
  const drifted = tested.filter(({ verdict }) => verdict === "drift");
  const least = Math.min(1, ...tested.map(({ adjusted }) => adjusted));
  return (
    <div class="tiles">
      <Tile name="Measures with drift" value={`${drifted.length} of ${tested.length}`}>
        {measures.length - tested.length > 0
          ? `${measures.length - tested.length} more could not be tested, or are the same everywhere`
          : "all were tested"}
      </Tile>
      <Tile name="Smallest p" value={pText(least)}>
        corrected for all tests; an alarm needs {alpha} or less
      </Tile>
      <Tile name="Images not trained on" value={count(images.heldOut)}>
        of the reference: what the model says is compared with what it says of these
      </Tile>
    </div>
  );
}

function Measures({ drift, classes }: { drift: Drift; classes: readonly string[] }): VNode {
  const rows = drift.measures.map((one) => {
    const { measure, effect, adjusted, stability, distance, verdict } = one;
    const { name, before, now } = sidesOf(one, classes);
    const of = (side: string): string => (name === "" ? side : `${shorten(name, 20)} ${side}`);
    return [
      ...[measure.title, of(before), of(now), rate(effect), String(floorOf(measure).floor), pText(adjusted)],
      ...[rate(stability, 2), rate(distance, 2), VERDICTS[verdict]],
    ];
  });
  return (
    <DataTable
      label="Measures"
      head={["Measure", "Reference", "Current", "Effect", "Floor", "p", "PSI", "Jensen-Shannon", "Verdict"]}
      rows={rows}
    />
  );
}

function Groups({ groups }: Pick<PageProps, "groups">): VNode | null {
  if (groups.length === 0) return null;
  return (
    <section aria-labelledby="images-title">
      <h2 id="images-title">Images</h2>
      {groups.map(({ title, lead, shots }) => (
        <section class="group">
          <h3>{title}</h3>
          <p class="lead">{lead}</p>
          <div class="shots">
            {shots.map((shot) => (
              <ShotFigure {...shot} />
            ))}
          </div>
        </section>
      ))}
    </section>
  );
}

function ShotFigure({ name, caption, url }: Shot): VNode {
  const shown = shorten(basename(name), 60);
  return (
    <figure class="card shot">
      {url === undefined ? (
        <p class="note">the image was not kept, or cannot be read</p>
      ) : (
        <img src={url} alt={shown} />
      )}
      <figcaption>
        <span class="why">{caption}</span>
        <span class="file" title={shown}>
          {shown}
        </span>
      </figcaption>
    </figure>
  );
}
