import { basename } from "node:path";
import type { VNode } from "preact";
import { countOf } from "../../../base/words.ts";
import type { LabelledClassification } from "../../../classification/classifyLabelled.ts";
import { stripSize } from "../../clipStrip.ts";
import { pluralTitle, shorten } from "../../page/text.ts";
import type { Card, Chapter } from "./cards.ts";
import type { Pictures } from "./drawPictures.ts";

export interface GalleryProps {
  chapters: readonly Chapter[];
  pictures: Pictures;
  /** What an image is called. */
  noun: string;
}

/** Images with what they were taken for, by what is to be learned from them. */
export function Gallery({ chapters, pictures, noun }: GalleryProps): VNode | null {
  if (chapters.length === 0) return null;
  const boxes = chapters.some(({ groups }) => groups.some(({ cards }) => cards.some(({ image }) => image.box)));
  return (
    <section aria-labelledby="images-title">
      <h2 id="images-title">{pluralTitle(noun)}</h2>
      <Unreadable pictures={pictures} />
      {boxes && (
        <ul class="legend">
          <li class="key found">found</li>
          <li class="key truth">labelled</li>
        </ul>
      )}
      {chapters.map(({ title, lead, groups }) => (
        <section class="group">
          <h3>{title}</h3>
          <p class="lead">{lead}</p>
          <div class="groups">
            {groups.map((group) => (
              <div>
                {group.title !== "" && <h4>{group.title}</h4>}
                {group.lead !== "" && <p class="lead">{group.lead}</p>}
                <div class="cards">
                  {group.cards.map((card) => (
                    <CardFigure card={card} url={pictures.get(card.image)} />
                  ))}
                </div>
              </div>
            ))}
          </div>
        </section>
      ))}
    </section>
  );
}

function Unreadable({ pictures }: Pick<GalleryProps, "pictures">): VNode | null {
  const unreadable = [...pictures].filter(([, url]) => url === undefined).map(([image]) => image);
  const [first] = unreadable;
  if (first === undefined) return null;
  const many = unreadable.length > 1;
  return (
    <p class="note">
      {countOf(unreadable.length, "picture")} of {pictures.size} {many ? "are" : "is"} not there or cannot be read
      {many ? `, the first of them ${nameOf(first)}` : `: ${nameOf(first)}`}.
    </p>
  );
}

function CardFigure({ card: { image, title, detail }, url }: { card: Card; url: string | undefined }): VNode {
  const name = nameOf(image);
  return (
    <figure class={`card picture-card${image.frames && image.frames.length > 1 ? " strip" : ""}`}>
      <Picture image={image} url={url} label={`${name}: ${title}`} />
      <figcaption>
        <strong>{title}</strong>
        <span class="detail">{detail}</span>
        <span class="file" title={name}>
          {name}
        </span>
      </figcaption>
    </figure>
  );
}

/** The image, and on it the box that was found and the one that is labelled. */
function Picture({
  image: { size, frames, box, trueBox },
  url,
  label,
}: {
  image: LabelledClassification;
  url: string | undefined;
  label: string;
}): VNode {
  const { width, height } = frames ? stripSize(frames.length, size) : size;
  return (
    <svg class="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {url === undefined ? (
        <rect class="empty" width={width} height={height} />
      ) : (
        <image href={url} width={width} height={height} preserveAspectRatio="none" />
      )}
      {trueBox && <Box className="truth" box={trueBox} />}
      {box && <Box className="found" box={box} />}
    </svg>
  );
}

/** Lines of two colours, so that they are seen on any ground. */
function Box({
  className,
  box: [x1, y1, x2, y2],
}: {
  className: string;
  box: readonly [number, number, number, number];
}): VNode {
  const place = { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
  return (
    <>
      <rect class="under" {...place} />
      <rect class={className} {...place} />
    </>
  );
}

/** The file's name; of an object that was cut out, where it begins in it. */
function nameOf({ file, crop }: LabelledClassification): string {
  const at = crop ? ` at ${crop[0]}, ${crop[1]}` : "";
  return `${shorten(basename(file), 60)}${at}`;
}
