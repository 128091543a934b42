import { z } from "zod";
import { Augmentation, type Operation, operationsByKind } from "../../src/data/augment/description.ts";
import { PRESETS } from "../../src/data/augment/presets.ts";
import { type Extra, FORMAT_IDS, type FormatId } from "../../src/data/formats/format.ts";
import { FORMATS } from "../../src/data/formats/registry.ts";
import { RULES, type Severity } from "../../src/data/lint/rules.ts";

/** The tables of docs/annotations.md, by the names in its comments, made of what the code says. */
export const TABLES: Readonly<Record<string, () => string>> = {
  formats,
  errors: () => rules("error"),
  warnings: () => rules("warning"),
  notes: () => rules("note"),
  geometry: () => operations("geometric"),
  combining: () => operations("combining"),
  pixels: () => operations("photometric"),
  presets,
};

/** Where the labels and images of a format lie. */
const FILES: Readonly<Record<FormatId, string>> = {
  voc: "An XML for each image, beside it or in another folder; the masks of `SegmentationObject`; polygons of Labelbox and LabelMe (MIT) without a box, too. Splits: `ImageSets/Main/*.txt`, or folders called train, val and test",
  coco: "`annotations.json`, or a JSON for each split: `instances_train.json`, `train/_annotations.coco.json`",
  yolo: "Ultralytics' `data.yaml`, or LabelImg's `classes.txt`; a text for each image. Oriented boxes are refused",
  createml: "One JSON for a folder, or one for each image; pixels or fractions",
  labelme: "A JSON for each image, of labelme, AnyLabeling or X-AnyLabeling",
  via: "Projects, and annotations as JSON or CSV, of VIA 1 and 2",
  cvat: "`annotations.xml` of CVAT for images 1.1. Tracks of videos are refused",
  labelstudio: "Exports as JSON or JSON-MIN, and the storage: a file for each annotation",
  csv: "`filename,width,height,class,xmin,ymin,xmax,ymax` with a header, or makesense.ai's; commas, semicolons or tabs; `train_labels.csv` and the like are splits",
  retinanet:
    "`path,x1,y1,x2,y2,class` without a header, and `classes.csv`; keras-frcnn's `annotate.txt`, and SKU-110K's rows with the image's size",
  openimages:
    "`train-annotations-bbox.csv` and the like, with `class-descriptions….csv`; only rows whose images are there",
  tfrecord:
    "`train.record`, its shards, or `.tfrecord`, with a `.pbtxt` label map; the images are inside, or beside them",
  imagelabels:
    "`file,label` and perhaps `split`, with a header or without; Kaggle's `id,label`, several labels an image, columns of 0 and 1 (Roboflow's `_classes.csv`). Labels of whole images, no boxes",
  folders: "A folder of images for each class, perhaps below train, val and test. Labels of whole images, no boxes",
  clips:
    "A folder for each class, in it a folder of frames or an animated GIF or WebP file for each clip; or a CSV of `frame,start,end,class` (see [sequences](sequences.md#clips))",
  masks:
    "Images, and masks of the same names: classes or objects as greys, palettes or colours; or a mask for each object",
  texts:
    "`file,text` and perhaps `split`, with a header or without (ICDAR's `gt.txt`), commas, semicolons or tabs. The text of whole images, no boxes",
  textnames:
    "A folder of crops, `AB12.png` and `AB12_2.png` for the text AB12; taken for this only where texts are asked for. The text of whole images, no boxes",
};

/** What an extra is called. */
const EXTRAS: Readonly<Record<Extra, string>> = {
  difficult: "difficult",
  crowd: "crowd",
  truncated: "truncated",
  occluded: "occluded",
  pose: "pose",
  segmentation: "polygons",
  mask: "masks",
  score: "scores",
  attributes: "attributes",
  split: "splits",
  labels: "labels of images",
  text: "texts of images",
  frames: "clips",
  ignored: "pixels to ignore",
  verified: "verified",
  fields: "fields of images",
};

function formats(): string {
  const rows = FORMAT_IDS.map((id) => {
    const { title, holds } = FORMATS[id];
    return [`\`${id}\``, title, FILES[id], holds.map((extra) => EXTRAS[extra]).join(", ")];
  });
  return table(["`--from`, `--to`", "what it is", "files", "kept beside boxes and classes"], rows);
}

function rules(severity: Severity): string {
  const all = Object.entries(RULES).filter(([, rule]) => rule.severity === severity);
  return table(
    ["rule", "what is found", "what it does to training", "`--fix`"],
    all.map(([id, { title, meaning, fix = "" }]) => [`\`${id}\``, title, meaning, fix]),
  );
}

const OPERATIONS: Readonly<Record<Operation["name"], string>> = {
  flip: "Mirrors. With `both`, each axis has the probability of its own",
  turn: "One, two or three quarter turns, equally likely",
  rotate: "Clockwise, around the middle",
  shift: "By shares of the width and the height",
  zoom: "Around the middle; above 1 is nearer",
  shear: "Angles by which upright lines lean and level lines drop",
  perspective: "Each corner moves by up to the drawn share of the width and the height",
  crop: "A window of so large a share of the area; no object keeps less than the share `keep` of itself. Where the canvas has room beside the window, more of the image is seen",
  scaleJitter:
    "The size at which the image lies on the canvas, 1 being the fit, anywhere on it. `aspect`: largest change of the aspect ratio",
  expand: "The image lies anywhere in a larger frame",
  mosaic: "Four images meet at a point, in these shares of the canvas",
  mixup: "Another image shines through with the drawn weight; the objects of both count",
  copyPaste:
    "Objects of another image, cut out by their masks; with `boxes: true`, those without a mask by their boxes",
  gain: "Largest change of the brightness as a factor, and of each channel by itself",
  brightness: "Added, as a share of white",
  contrast: "Distance from middle grey",
  saturation: "Distance of each colour from its grey; 0 is grey",
  hue: "A turn of all colours around the axis of greys, from red towards yellow",
  gamma: "An exponent for all channels",
  blur: "Gaussian; the deviation in pixels of the canvas",
  noise: "Gaussian; the deviation in levels of 0 to 255",
  jpeg: "The artefacts of a JPEG of so low a quality",
  cutout: "Rectangles are blanked, their sides in shares of the canvas's",
  grey: "All colours become greys",
};

interface Field {
  type: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  enum?: string[];
  prefixItems?: Field[];
}

function operations(kind: "geometric" | "combining" | "photometric"): string {
  const schema = z.toJSONSchema(Augmentation, { io: "input" }) as unknown as {
    properties: { operations: { items: { oneOf: { properties: Record<string, Field & { const?: string }> }[] } } };
  };
  const all = Augmentation.parse({ operations: Object.keys(OPERATIONS).map((name) => ({ name })) });
  const rows = operationsByKind(all)[kind].map(({ name }) => {
    const found = schema.properties.operations.items.oneOf.find(({ properties }) => properties["name"]?.const === name);
    const fields = Object.entries(found?.properties ?? {}).filter(([field]) => field !== "name");
    return [`\`${name}\``, OPERATIONS[name], fields.map(([field, about]) => describe(field, about)).join("; ")];
  });
  return table(["`name`", "what it does", "fields with their defaults (and limits)"], rows);
}

function describe(name: string, field: Field): string {
  const said = `\`${name}: ${JSON.stringify(field.default).replaceAll('"', "").replaceAll(",", ", ")}\``;
  if (name === "probability") return said;
  const { minimum, maximum } = field.prefixItems?.[0] ?? field;
  if (field.enum) return `${said} (${field.enum.join(", ")})`;
  return minimum === undefined ? said : `${said} (${minimum} to ${maximum ?? "any"})`;
}

function presets(): string {
  const rows = Object.entries(PRESETS).map(([name, { operations: list }]) => [
    `\`${name}\``,
    list.map((operation) => operation.name).join(", ") || "nothing",
  ]);
  return table(["`--augment`", "operations"], rows);
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
