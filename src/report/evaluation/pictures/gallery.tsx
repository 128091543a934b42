import type { VNode } from "preact";
import type { Size } from "../../../base/preprocessing.ts";
import type { Card, Cards, ImageCard, MissedCard, WrongCard } from "./cards.ts";
import type { EvaluationImage } from "../../../metrics/detection/evaluationImage.ts";
import type { EvaluationReportInput } from "../input.ts";
import { MOST_BOXES, Picture, type PictureProps } from "./picture.tsx";
import type { Region } from "./regions.ts";
import type { Scene } from "./scenes.ts";
import { countOf } from "../../../base/words.ts";
import { points, shorten } from "../../page/text.ts";
import { ERROR_NAMES } from "../verdict.ts";

/** A card and all that is needed to draw it. */
export interface DrawnCard<T extends Card = Card> {
  card: T;
  scene: Scene;
  size: Size;
  region: Region;
  href: string | undefined;
}

/** Each group of cards, ready to be drawn. */
export type DrawnCards = { [Group in keyof Cards]: DrawnCard<Cards[Group][number]>[] };

export interface GalleryProps extends Pick<EvaluationReportInput, "classes" | "images"> {
  cards: DrawnCards;
  threshold: number;
}

/** The images with their errors, the dearest first. */
export function Gallery(props: GalleryProps): VNode {
  const { cards } = props;
  return (
    <>
      <Group
        {...props}
        id="wrong"
        title="Wrong detections"
        lead="Reported, but not right: the class is wrong, the box is not precise enough, or nothing is labelled there."
        cards={cards.wrong}
        caption={(card) => wrongCaption(card, props)}
      />
      <Group
        {...props}
        id="missed"
        title="Missed objects"
        lead="Labelled, but not found. A higher confidence threshold adds those that were only found with a low score."
        cards={cards.missed}
        caption={(card) => missedCaption(card, props)}
      />
      <Group
        {...props}
        id="duplicates"
        title="Duplicates"
        lead="Objects that were reported again after they had been found."
        cards={cards.duplicates}
        caption={(card) => wrongCaption(card, props)}
      />
      <Group
        {...props}
        id="images"
        title="Costliest images"
        lead="Whole images whose errors together cost most."
        cards={cards.images}
        caption={(card) => imageCaption(card, props)}
      />
    </>
  );
}

interface Caption {
  title: string;
  detail: string;
  file: string;
}

interface GroupProps<T extends Card> extends Omit<GalleryProps, "cards"> {
  id: keyof Cards;
  title: string;
  lead: string;
  cards: readonly DrawnCard<T>[];
  caption: (card: T) => Caption;
}

function Group<T extends Card>(props: GroupProps<T>): VNode {
  const { id, title, lead, cards, threshold } = props;
  const shown = cards.filter(({ card }) => isThere(card, threshold)).length;
  return (
    <section class="group" aria-labelledby={`group-${id}`} data-group={id}>
      <h3 id={`group-${id}`}>{title}</h3>
      <p class="lead">
        {lead} <span class="shown" />
      </p>
      <p class="none" hidden={shown > 0}>
        {cards.length === 0 ? "There are none." : "None at this confidence."}
      </p>
      <div class={id === "images" ? "cards wide" : "cards"}>
        {cards.map((drawn) => (
          <CardFigure {...props} drawn={drawn} />
        ))}
      </div>
      <button type="button" class="rest" hidden>
        Show all
      </button>
    </section>
  );
}

function CardFigure<T extends Card>({
  drawn: { card, scene, region, href },
  caption,
  classes,
  threshold,
}: GroupProps<T> & { drawn: DrawnCard<T> }): VNode {
  const { title, detail, file } = caption(card);
  const label = `${file === "" ? "" : `${file}: `}${title}. ${detail}`;
  return (
    <figure
      class="card picture-card"
      style={`--aspect:${aspectOf(region)}`}
      hidden={!isThere(card, threshold)}
      {...condition(card)}
    >
      <button type="button" class="open" aria-label={`Enlarge ${label}`}>
        <Picture {...{ scene, classes, region, href, threshold, label }} {...focusOf(card)} />
      </button>
      <figcaption>
        <strong>{title}</strong>
        <span class="detail">{detail}</span>
        <span class="file" title={file}>
          {shorten(basename(file), 60)}
        </span>
      </figcaption>
    </figure>
  );
}

/** Width over height of a card's picture: that of what it shows, but for the longest and narrowest. */
function aspectOf({ width, height }: Region): string {
  return Math.min(2.5, Math.max(0.6, width / height)).toFixed(3);
}

/** Whether an error is one at the threshold (an index). */
function isThere(card: Card, threshold: number): boolean {
  if (card.kind === "wrong") return threshold <= card.upTo;
  return card.kind === "missed" ? threshold > card.above : true;
}

/** The same for the page's script. */
function condition(card: Card): object {
  if (card.kind === "wrong") return { "data-up-to": card.upTo };
  return card.kind === "missed" ? { "data-above": card.above } : {};
}

function focusOf(card: Card): Pick<PictureProps, "focus" | "related"> {
  if (card.kind === "wrong") return { focus: { detection: card.detection }, related: card.truth ?? undefined };
  return card.kind === "missed" ? { focus: { truth: card.truth } } : {};
}

function wrongCaption({ type, score, iou, truth, image, cost, ...card }: WrongCard, props: GalleryProps): Caption {
  const { classes, images } = props;
  const truthClass = truth === null ? undefined : images[image]?.truth.classes[truth];
  const near = truthClass === undefined ? "" : `, IoU ${iou.toFixed(2)} with ${nameOf(classes, truthClass)}`;
  return {
    title: `${nameOf(classes, card.class)} ${score.toFixed(2)}`,
    detail: `${ERROR_NAMES[type]}${near}${costText(cost)}`,
    file: fileOf(images[image]),
  };
}

function missedCaption({ image, score, cost, ...card }: MissedCard, { classes, images }: GalleryProps): Caption {
  const found = Number.isNaN(score)
    ? `no detection found it${costText(cost)}`
    : `only found with score ${score.toFixed(2)}`;
  return { title: nameOf(classes, card.class), detail: found, file: fileOf(images[image]) };
}

function imageCaption({ image, wrong, missed, cost }: ImageCard, { images }: GalleryProps): Caption {
  return {
    title: shorten(basename(fileOf(images[image])), 60),
    detail: `${countOf(wrong, "wrong detection")} of any score, ${countOf(missed, "object")} missed${costText(cost)}`,
    file: "",
  };
}

function costText(cost: number): string {
  return cost >= 0.00005 ? ` · −${points(cost)} AP50` : "";
}

function nameOf(classes: readonly string[], k: number): string {
  return shorten(classes[k] ?? "", 40);
}

/** The end of a path, whichever way its slashes lean: a card has no room for more. */
function basename(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function fileOf(image: EvaluationImage | undefined): string {
  return image?.fileName ?? `image ${image?.id ?? ""}`;
}

/** What the reader should know of the pictures. */
export function pictureNotes(cards: DrawnCards): string[] {
  const all: DrawnCard[] = [...cards.wrong, ...cards.missed, ...cards.duplicates, ...cards.images];
  const without = all.filter(({ href }) => href === undefined).length;
  const crowded = all.filter(({ scene }) => scene.detections.size > MOST_BOXES).length;
  const notes: string[] = [];
  if (all.length > 0 && without === all.length) {
    notes.push("The image files were not there: boxes are drawn on an empty canvas of the image's size.");
  } else if (without > 0) {
    notes.push(`${without} of ${all.length} pictures could not be read: their boxes are drawn on an empty canvas.`);
  }
  if (crowded > 0) notes.push(`A picture shows at most its ${MOST_BOXES} surest detections.`);
  return notes;
}
