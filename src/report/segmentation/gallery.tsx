import { basename } from "node:path";
import type { VNode } from "preact";
import { countOf } from "../../base/words.ts";
import { classColor } from "../colors.ts";
import { percent, rate, shorten } from "../page/text.ts";
import type { ShownImage } from "./extremes.ts";
import { ERRORS } from "./layers.ts";
import type { DrawnImage } from "./drawImages.ts";

export interface GalleryProps {
  classes: readonly string[];
  worst: readonly ShownImage[];
  best: readonly ShownImage[];
  drawn: ReadonlyMap<ShownImage, DrawnImage>;
  pictures: boolean;
}

/** More classes have no colour of their own, and are named in the table alone. */
const MOST_COLORS = 24;

/** Images beside one another as they are labelled, as they were found, and where these differ. */
export function Gallery({ classes, worst, best, drawn, pictures }: GalleryProps): VNode | null {
  if (worst.length === 0) return null;
  const missing = [...drawn.values()].filter(({ photo }) => photo === undefined).length;
  return (
    <section aria-labelledby="images-title">
      <h2 id="images-title">Images</h2>
      <div class="controls">
        <label for="opacity">Colours over the image</label>
        <input id="opacity" type="range" min="0" max="1" step="0.05" value="0.7" />
        <ul class="legend">
          {classes.slice(0, MOST_COLORS).map((name, k) => (
            <Key color={classColor(k)} name={shorten(name, 28)} />
          ))}
          {classes.length > MOST_COLORS && <li>and {classes.length - MOST_COLORS} more</li>}
        </ul>
        <ul class="legend">
          <Key color={ERRORS.missed} name="missed" />
          <Key color={ERRORS.wrong} name="found on background" />
          {classes.length > 1 && <Key color={ERRORS.mistaken} name="taken for another class" />}
        </ul>
      </div>
      {!pictures && <p class="note">The images were not given: colours are shown on an empty ground.</p>}
      {pictures && missing > 0 && (
        <p class="note">
          {countOf(missing, "image")} of {drawn.size} could not be read: colours are shown on an empty ground.
        </p>
      )}
      <Group
        title="The worst images"
        lead="Those with the lowest IoU. Look at the labels first: some may be wrong themselves."
        images={worst}
        drawn={drawn}
      />
      {best.length > 0 && (
        <Group title="The best images" lead="What it does well, for comparison." images={best} drawn={drawn} />
      )}
    </section>
  );
}

function Key({ color, name }: { color: string; name: string }): VNode {
  return (
    <li>
      <span class="swatch" style={`background:${color}`} />
      {name}
    </li>
  );
}

function Group({
  title,
  lead,
  images,
  drawn,
}: {
  title: string;
  lead: string;
  images: readonly ShownImage[];
  drawn: GalleryProps["drawn"];
}): VNode {
  return (
    <section class="group">
      <h3>{title}</h3>
      <p class="lead">{lead}</p>
      {images.map((image) => {
        const layers = drawn.get(image);
        return layers && <Card image={image} layers={layers} />;
      })}
    </section>
  );
}

function Card({ image, layers }: { image: ShownImage; layers: DrawnImage }): VNode {
  const { width, height } = image.truth;
  const name = shorten(basename(image.file), 60);
  const photo = layers.photo === undefined ? "" : `--photo:url(${layers.photo});`;
  return (
    <figure class="card compared" style={`${photo}--aspect:${(width / height).toFixed(4)}`}>
      <figcaption>
        <strong>IoU {rate(image.iou)}</strong> <span>{percent(image.pixelAccuracy)} of the pixels right</span>{" "}
        <span class="file">{name}</span>
      </figcaption>
      <div class="panels">
        <Panel words="labelled" layer={layers.truth} name={name} />
        <Panel words="found" layer={layers.prediction} name={name} />
        <Panel words="errors" layer={layers.errors} name={name} />
      </div>
    </figure>
  );
}

function Panel({ words, layer, name }: { words: string; layer: string; name: string }): VNode {
  return (
    <div class={`panel ${words}`}>
      <div class="ground">
        <img src={layer} alt={`${name}, ${words}`} />
      </div>
      <span>{words}</span>
    </div>
  );
}
