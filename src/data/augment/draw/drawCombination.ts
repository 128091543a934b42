import { placeOnCanvas, type Framing, type ResizeRule } from "../../../base/preprocessing.ts";
import type { Random } from "../../../base/random.ts";
import type { ImageRecord, LabelledObject } from "../../dataset.ts";
import { isTrained } from "../../trainedObjects.ts";
import type { CombiningOperation, GeometricOperation } from "../description.ts";
import type { Draw, Layer, Window } from "./draw.ts";
import { drawFactor, drawGeometry } from "./drawGeometry.ts";
import { multiply, scaleAndShift } from "../apply/matrix.ts";

interface CombinationOptions {
  images: readonly ImageRecord[];
  /** How images come to the canvas. */
  resize: ResizeRule;
  /** What each image undergoes by itself. */
  geometric: readonly GeometricOperation[];
  maxObjects: number;
}

/** Adds other images to the draw. Nothing changes where there would be too many objects or there is none to paste. */
export function drawCombination(
  random: Random,
  draw: Draw,
  operation: CombiningOperation,
  options: CombinationOptions,
): void {
  const { images, maxObjects } = options;
  const layers = { mosaic: drawMosaic, mixup: drawMixup, copyPaste: drawPaste }[operation.name](
    random,
    draw,
    operation as never, // the table takes each operation to the function for it
    options,
  );
  const count = layers.reduce(
    (sum, { image, objects }) => sum + (objects ?? recordOf(images, image).objects).length,
    0,
  );
  if (count <= maxObjects) draw.layers = layers;
}

/**
 * Four images meet at a point, each covering its part of the canvas, the image itself being one of them (Bochkovskiy et
 * al., "YOLOv4", 2020).
 */
function drawMosaic(
  random: Random,
  { canvas, layers }: Draw,
  { centre }: Extract<CombiningOperation, { name: "mosaic" }>,
  { images, geometric, resize }: CombinationOptions,
): Layer[] {
  const { width, height } = canvas;
  const x = Math.min(Math.max(Math.round(random.uniform(...centre) * width), 1), width - 1);
  const y = Math.min(Math.max(Math.round(random.uniform(...centre) * height), 1), height - 1);
  const windows: Window[] = [
    [0, 0, x, y],
    [x, 0, width, y],
    [0, y, x, height],
    [x, y, width, height],
  ];
  if (width < 2 || height < 2) return layers;
  return random.shuffle(windows).map((window, i) => {
    const image = i === 0 ? (layers[0] as Layer).image : random.int(images.length);
    const [x1, y1, x2, y2] = window;
    const part = { canvas: { width: x2 - x1, height: y2 - y1 }, resize };
    const own = drawGeometry(random, recordOf(images, image), part, geometric, "cover");
    return { image, matrix: multiply(scaleAndShift(1, 1, x1, y1), own), window, weight: 1 };
  });
}

/** Another image shines through (Zhang et al., "mixup", 2018; for boxes "Bag of freebies", 2019: all objects count). */
function drawMixup(
  random: Random,
  { canvas, layers }: Draw,
  operation: Extract<CombiningOperation, { name: "mixup" }>,
  { images, geometric, resize }: CombinationOptions,
): Layer[] {
  const image = random.int(images.length);
  const matrix = drawGeometry(random, recordOf(images, image), { canvas, resize }, geometric);
  const window: Window = [0, 0, canvas.width, canvas.height];
  return [...layers, { image, matrix, window, weight: random.uniform(...operation.weight) }];
}

/**
 * Objects of one other image, each at a size of its own with its middle anywhere on the canvas (Ghiasi et al., "Simple
 * copy-paste", 2021).
 */
function drawPaste(
  random: Random,
  { canvas, layers }: Draw,
  operation: Extract<CombiningOperation, { name: "copyPaste" }>,
  { images, resize }: CombinationOptions,
): Layer[] {
  const image = random.int(images.length);
  const record = recordOf(images, image);
  const candidates = [...record.objects.keys()].filter((i) =>
    canPaste(record.objects[i] as LabelledObject, operation.boxes),
  );
  const [low, high] = operation.count;
  const count = Math.floor(random.uniform(low, high + 1));
  const chosen = random.shuffle(candidates).slice(0, count);
  const framing = { canvas, resize };
  return [...layers, ...chosen.map((object) => drawPastedObject(random, framing, record, image, object, operation))];
}

function drawPastedObject(
  random: Random,
  framing: Framing,
  record: ImageRecord,
  image: number,
  object: number,
  { factor }: Extract<CombiningOperation, { name: "copyPaste" }>,
): Layer {
  const [x1, y1, x2, y2] = (record.objects[object] as LabelledObject).box;
  const { canvas, resize } = framing;
  const usual = placeOnCanvas(record, framing);
  const drawn = drawFactor(random, factor);
  const scaleX = usual.scaleX * drawn;
  const scaleY = resize === "stretch" ? usual.scaleY * drawn : scaleX;
  const [x, y] = [random.uniform(0, canvas.width), random.uniform(0, canvas.height)];
  const matrix = scaleAndShift(scaleX, scaleY, x - (scaleX * (x1 + x2)) / 2, y - (scaleY * (y1 + y2)) / 2);
  return { image, matrix, window: [0, 0, canvas.width, canvas.height], weight: 1, objects: [object] };
}

function canPaste(object: LabelledObject, boxes: boolean): boolean {
  return isTrained(object) && (boxes || object.segmentation !== undefined);
}

function recordOf(images: readonly ImageRecord[], index: number): ImageRecord {
  return images[index] as ImageRecord;
}
