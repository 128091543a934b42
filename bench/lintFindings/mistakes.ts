/** Mistakes that bench/lintFindings.ts makes on purpose, and the rules that should find them. */
import sharp from "sharp";
import type { Random } from "../../src/base/random.ts";
import type { LintFinding } from "../../src/data/lint/report.ts";
import type { RuleId } from "../../src/data/lint/rules.ts";
import type { LabelledFile, WrittenBox } from "./labelImgFolder.ts";

export interface Mistake {
  title: string;
  /** The rules that may find it. */
  rules: readonly RuleId[];
  /** Part of the boxes, or images, that are changed. */
  rate: number;
  /** Does it, and tells where: `image-3: object 2`, `image-3`, or a class's name. */
  make: (files: readonly LabelledFile[], random: Random, rate: number) => Made | Promise<Made>;
  /** Images are decoded. */
  pixels?: boolean;
}

export interface Made {
  files: LabelledFile[];
  places: Set<string>;
}

type Place = LintFinding["places"][number];

/** All that a place of a finding names, in the words of `Made.places`. */
export function keysOf({ file, object, detail = "" }: Place): string[] {
  const stem = /image-\d+[a-z]*/.exec(file)?.[0];
  const named = detail.match(/image-\d+[a-z]*/g) ?? [];
  const quoted = [...detail.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
  if (stem === undefined) return quoted;
  return object === undefined ? [stem, ...named] : [`${stem}: ${object}`, stem];
}

export const MISTAKES: readonly Mistake[] = [
  {
    title: "class swapped for another",
    rules: ["probably-wrong", "two-classes"],
    rate: 0.02,
    make: eachBox(swapClass),
  },
  { title: "box three times as large", rules: ["probably-wrong"], rate: 0.02, make: eachBox(scaled(3)) },
  { title: "box a third of its size", rules: ["probably-wrong"], rate: 0.02, make: eachBox(scaled(1 / 3)) },
  { title: "box twice as wide", rules: ["probably-wrong"], rate: 0.02, make: eachBox(stretched) },
  {
    ...{ title: "box shifted by half its size", rate: 0.02, make: eachBox(shifted) },
    rules: ["probably-wrong", "overlapping-box", "two-classes"],
  },
  { title: "box there twice", rules: ["duplicate-box"], rate: 0.02, make: copies(() => 0) },
  {
    ...{ title: "box drawn twice, up to 2 % apart", rate: 0.02, rules: ["overlapping-box", "duplicate-box"] },
    make: copies((random) => random.uniform(-0.02, 0.02)),
  },
  {
    ...{ title: "box drawn twice, up to 5 % apart", rate: 0.02, rules: ["overlapping-box", "duplicate-box"] },
    make: copies((random) => random.uniform(-0.05, 0.05)),
  },
  { title: "typo in a class name", rules: ["similar-classes"], rate: 0.01, make: typos },
  { title: "class name in other case", rules: ["alike-classes"], rate: 0.05, make: renamed((name) => otherCase(name)) },
  { title: "xmin and xmax exchanged", rules: ["swapped-corners"], rate: 0.02, make: eachBox(swapX) },
  { title: "x and y exchanged", rules: ["outside", "partly-outside", "probably-wrong"], rate: 0.02, make: eachBox(swapXY) }, // prettier-ignore
  {
    title: "corners as parts of the image's size",
    rules: ["fraction-box"],
    rate: 0.02,
    make: eachBox(normalized),
  },
  {
    ...{ title: "width and height for xmax and ymax", rate: 0.02, make: eachBox(sized) },
    rules: ["swapped-corners", "bad-object", "zero-area", "probably-wrong"],
  },
  { title: "labels of another image", rules: ["other-size"], rate: 0.02, make: exchanged },
  { title: "photo twice, byte for byte", rules: ["same-image"], rate: 0.02, make: twice((bytes) => bytes) },
  {
    ...{ title: "same photo, JPEG quality 40", rules: ["near-duplicate"], rate: 0.05, pixels: true },
    make: twice((bytes) => sharp(bytes).jpeg({ quality: 40 }).toBuffer()),
  },
  {
    ...{ title: "same photo at 60 % of the size, in val", rules: ["near-leak"], rate: 0.05, pixels: true },
    make: twice((bytes, { width }) => sharp(bytes).resize(Math.round(0.6 * width)).jpeg().toBuffer(), "val"), // prettier-ignore
  },
  {
    ...{ title: "same photo, 2 % cropped on each side", rules: ["near-duplicate"], rate: 0.05, pixels: true },
    make: twice((bytes, { width, height }) => {
      const [left, top] = [Math.round(0.02 * width), Math.round(0.02 * height)];
      return sharp(bytes).extract({ left, top, width: width - 2 * left, height: height - 2 * top }).jpeg().toBuffer(); // prettier-ignore
    }),
  },
  {
    ...{ title: "same photo, brighter by a fifth", rules: ["near-duplicate"], rate: 0.05, pixels: true },
    make: twice((bytes) => sharp(bytes).modulate({ brightness: 1.2 }).jpeg().toBuffer()),
  },
];

type Change = (box: WrittenBox, file: LabelledFile, context: { random: Random; classes: string[] }) => WrittenBox;

/** Changes a part of the boxes; those that stay as they were do not count. */
function eachBox(change: Change): Mistake["make"] {
  return (files, random, rate) => {
    const places = new Set<string>();
    const classes = [...new Set(files.flatMap(({ boxes }) => boxes.map(({ name }) => name)))];
    const changed = files.map((file) => ({
      ...file,
      boxes: file.boxes.map((box, i) => {
        if (!random.chance(rate)) return box;
        const after = change(box, file, { random, classes });
        if (JSON.stringify(after) !== JSON.stringify(box)) places.add(`${file.stem}: object ${i + 1}`);
        return after;
      }),
    }));
    return { files: changed, places };
  };
}

function swapClass(
  box: WrittenBox,
  _: LabelledFile,
  { random, classes }: { random: Random; classes: string[] },
): WrittenBox {
  const others = classes.filter((name) => name !== box.name);
  return others.length === 0 ? box : { ...box, name: others[random.int(others.length)] ?? "" };
}

function around(box: WrittenBox, { width, height }: LabelledFile, [cx, cy, w, h]: readonly number[]): WrittenBox {
  const [x, y, halfW, halfH] = [cx ?? 0, cy ?? 0, (w ?? 0) / 2, (h ?? 0) / 2];
  const corners: WrittenBox["corners"] = [
    Math.max(1, Math.round(x - halfW)),
    Math.max(1, Math.round(y - halfH)),
    Math.min(width, Math.round(x + halfW)),
    Math.min(height, Math.round(y + halfH)),
  ];
  return corners[2] - corners[0] < 2 || corners[3] - corners[1] < 2 ? box : { ...box, corners };
}

function shapeOf({ corners: [x1, y1, x2, y2] }: WrittenBox): [number, number, number, number] {
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
}

function scaled(factor: number): Change {
  return (box, file) => {
    const [cx, cy, w, h] = shapeOf(box);
    return around(box, file, [cx, cy, w * factor, h * factor]);
  };
}

function stretched(box: WrittenBox, file: LabelledFile): WrittenBox {
  const [cx, cy, w, h] = shapeOf(box);
  return around(box, file, [cx, cy, 2 * w, h]);
}

function shifted(box: WrittenBox, file: LabelledFile, { random }: { random: Random }): WrittenBox {
  const [cx, cy, w, h] = shapeOf(box);
  const angle = random.uniform(0, 2 * Math.PI);
  return around(box, file, [cx + (w / 2) * Math.cos(angle), cy + (h / 2) * Math.sin(angle), w, h]);
}

function swapX(box: WrittenBox): WrittenBox {
  const [x1, y1, x2, y2] = box.corners;
  return { ...box, corners: [x2, y1, x1, y2] };
}

function swapXY(box: WrittenBox): WrittenBox {
  const [x1, y1, x2, y2] = box.corners;
  return { ...box, corners: [y1, x1, y2, x2] };
}

function normalized(box: WrittenBox, { width, height }: LabelledFile): WrittenBox {
  const [x1, y1, x2, y2] = box.corners;
  const round = (value: number) => Number(value.toFixed(6));
  return { ...box, corners: [round(x1 / width), round(y1 / height), round(x2 / width), round(y2 / height)] };
}

function sized(box: WrittenBox): WrittenBox {
  const [x1, y1, x2, y2] = box.corners;
  return { ...box, corners: [x1, y1, x2 - x1, y2 - y1] };
}

function copies(apart: (random: Random) => number): Mistake["make"] {
  return (files, random, rate) => {
    const places = new Set<string>();
    const changed = files.map((file) => {
      const more = file.boxes
        .filter(() => random.chance(rate))
        .map((box): WrittenBox => {
          const [x1, y1, x2, y2] = box.corners;
          const moved = [x1, y1, x2, y2].map((corner, i) => Math.round(corner + apart(random) * (i % 2 === 0 ? x2 - x1 : y2 - y1))); // prettier-ignore
          const [left = 0, top = 0, right = 0, bottom = 0] = moved;
          return { ...box, corners: [Math.max(1, left), Math.max(1, top), Math.min(file.width, right), Math.min(file.height, bottom)] }; // prettier-ignore
        });
      for (const i of more.keys()) places.add(`${file.stem}: object ${file.boxes.length + i + 1}`);
      return { ...file, boxes: [...file.boxes, ...more] };
    });
    return { files: changed, places };
  };
}

/** A letter left out, doubled, exchanged with the next or replaced: each time another. */
function typos(files: readonly LabelledFile[], random: Random, rate: number): Made {
  const misspell = (name: string): string => {
    const at = 1 + random.int(name.length - 2);
    const [before, letter = "", next = "", after] = [name.slice(0, at), name[at], name[at + 1], name.slice(at + 2)];
    return (
      [`${before}${next}${after}`, `${before}${letter}${letter}${next}${after}`, `${before}${next}${letter}${after}`, `${before}e${next}${after}`][random.int(4)] ?? name // prettier-ignore
    );
  };
  return renamed(misspell)(files, random, rate) as Made;
}

function otherCase(name: string): string {
  const lower = name.toLowerCase();
  return lower === name ? name.charAt(0).toUpperCase() + name.slice(1) : lower;
}

/** Renames the classes of some boxes; the places are the new names. */
function renamed(rename: (name: string) => string): Mistake["make"] {
  return (files, random, rate) => {
    const places = new Set<string>();
    const changed = files.map((file) => ({
      ...file,
      boxes: file.boxes.map((box) => {
        const name = random.chance(rate) ? rename(box.name) : box.name;
        if (name !== box.name) places.add(name);
        return { ...box, name };
      }),
    }));
    return { files: changed, places };
  };
}

/** Exchanges the labels, size and all, of pairs of images. */
function exchanged(files: readonly LabelledFile[], random: Random, rate: number): Made {
  const places = new Set<string>();
  const changed = [...files];
  for (let pairs = Math.round((files.length * rate) / 2); pairs > 0; pairs--) {
    const [i, j] = [random.int(files.length), random.int(files.length)];
    const [a, b] = [changed[i], changed[j]];
    if (!a || !b || i === j) continue;
    changed[i] = { ...a, width: b.width, height: b.height, boxes: b.boxes };
    changed[j] = { ...b, width: a.width, height: a.height, boxes: a.boxes };
    for (const { stem } of [a, b]) places.add(stem);
  }
  return { files: changed, places };
}

/** Adds images that are others, changed; in `split`, where the others are in train then. */
function twice(
  change: (bytes: Buffer, file: LabelledFile) => Buffer | Promise<Buffer>,
  split?: "val",
): Mistake["make"] {
  return async (files, random, rate) => {
    const places = new Set<string>();
    const more: LabelledFile[] = [];
    for (const file of files) {
      if (!random.chance(rate)) continue;
      const bytes =
        typeof file.image === "string" ? await sharp(file.image).jpeg({ quality: 90 }).toBuffer() : file.image;
      const same = bytes === (await change(bytes, file)); // then of the same bytes as the original
      const image = same ? file.image : await change(bytes, file);
      const header = await sharp(image).metadata();
      const { width = file.width, height = file.height } = header as { width?: number; height?: number };
      const copy = { ...file, stem: `${file.stem}copy`, image, width, height, boxes: [], ...(split && { split }) };
      more.push(copy);
      places.add(copy.stem);
    }
    const others = split ? files.map((file) => ({ ...file, split: "train" as const })) : files;
    return { files: [...others, ...more], places };
  };
}
