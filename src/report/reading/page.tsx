import { basename } from "node:path";
import type { VNode } from "preact";
import { countOf } from "../../base/words.ts";
import { DataTable } from "../page/dataTable.tsx";
import { Document } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { Opening, Plots, type Verdict } from "../page/opening.tsx";
import { rate, shorten } from "../page/text.ts";
import { ShareTile } from "../page/tile.tsx";
import type { Crop, CropGroup } from "./crops.ts";
import type { ReaderReportInput } from "./input.ts";

export interface PageProps {
  input: ReaderReportInput;
  verdict: Verdict;
  figures: readonly Figure[];
  groups: readonly CropGroup[];
  /** CSS as it stands in the page. */
  style: string;
}

/** Confusions in the table, at most. */
const MOST_CONFUSIONS = 30;

/** The whole document; it needs no script. */
export function Page({ input, verdict, figures, groups, style }: PageProps): VNode {
  const { title, images, classes, evaluation, warnings = [] } = input;
  const { confusions } = evaluation.text;
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
              {cutOut ? `${countOf(images.length, "object")} cut out as images` : countOf(images.length, "image")} ·{" "}
              {countOf(classes.length, "character")}
            </>
          }
        >
          <Tiles {...input} />
        </Opening>
        <Plots figures={figures} />
        {confusions.length > 0 && (
          <section aria-labelledby="confusions-title">
            <h2 id="confusions-title">The most confused letters</h2>
            <DataTable
              label="The most confused letters"
              head={["Stands there", "Was read", "Times"]}
              rows={confusions
                .slice(0, MOST_CONFUSIONS)
                .map(({ truth, read, count }) => [truth || "nothing", read || "nothing", String(count)])}
              narrow
            />
          </section>
        )}
        <Crops groups={groups} />
        <section aria-labelledby="numbers-title">
          <h2 id="numbers-title">All numbers</h2>
          <DataTable
            label="All numbers"
            head={["Number", "Value"]}
            rows={Object.entries(evaluation.metrics).map(([name, value]) => [name, rate(value, 4)])}
            narrow
          />
          <p class="note">
            cer is the share of characters that would have to be changed, added or taken out; wer is the same of words;
            the accuracies are what is left of them to 1; exact is the share of texts without an error.
          </p>
        </section>
      </main>
    </Document>
  );
}

function Tiles({ evaluation }: ReaderReportInput): VNode {
  const { exact, characterErrorRate, wordErrorRate } = evaluation.text;
  return (
    <div class="tiles">
      <ShareTile name="Texts without an error" hint="exact" value={exact.value} estimate={exact} />
      <ShareTile
        name="Character error rate"
        hint="the lower, the better"
        value={characterErrorRate.value}
        estimate={characterErrorRate}
      />
      <ShareTile
        name="Word error rate"
        hint="the lower, the better"
        value={wordErrorRate.value}
        estimate={wordErrorRate}
      />
    </div>
  );
}

function Crops({ groups }: Pick<PageProps, "groups">): VNode | null {
  if (groups.length === 0) return null;
  return (
    <section aria-labelledby="images-title">
      <h2 id="images-title">Images</h2>
      {groups.map(({ title, lead, crops }) => (
        <section class="group">
          <h3>{title}</h3>
          <p class="lead">{lead}</p>
          <div class="crops">
            {crops.map((crop) => (
              <CropFigure {...crop} />
            ))}
          </div>
        </section>
      ))}
    </section>
  );
}

function CropFigure({ image, errors, url }: Crop): VNode {
  const { file, crop, truth, text, confidence } = image;
  const name = `${shorten(basename(file), 60)}${crop ? ` at ${crop[0]}, ${crop[1]}` : ""}`;
  return (
    <figure class="card crop">
      {url === undefined ? (
        <p class="note">not there, or cannot be read</p>
      ) : (
        <img src={url} alt={`${name}: ${truth}`} />
      )}
      <figcaption>
        <span class="truth">{shorten(truth, 80)}</span>
        {errors > 0 && <span class="read">{text === "" ? "nothing was read" : shorten(text, 80)}</span>}
        <span class="file" title={name}>
          {rate(confidence, 2)} · {name}
        </span>
      </figcaption>
    </figure>
  );
}
