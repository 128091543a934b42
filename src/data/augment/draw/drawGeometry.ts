import { placeOnCanvas, type Framing, type Size } from "../../../base/preprocessing.ts";
import type { Random } from "../../../base/random.ts";
import type { ImageRecord } from "../../dataset.ts";
import { boxCorners, halfPlanesOf, visibleShare } from "../apply/clipShape.ts";
import type { GeometricOperation } from "../description.ts";
import { aroundMiddle, cornersTo, IDENTITY, multiply, scaleAndShift, type Matrix } from "../apply/matrix.ts";

/** What is seen of the image so far: `matrix` takes its pixels to a frame of this size. */
interface Frame extends Size {
  matrix: Matrix;
}

type OperationNamed<Name extends GeometricOperation["name"]> = Extract<GeometricOperation, { name: Name }>;

/** How often a window is drawn before a crop is given up. */
const CROP_TRIES = 20;

/**
 * Draws the geometric operations and composes them: from pixels of the image to pixels of the canvas, on which the frame
 * lies as the resize rule has it (`place`) or anywhere so that it covers all (`cover`).
 */
export function drawGeometry(
  random: Random,
  image: ImageRecord,
  framing: Framing,
  operations: readonly GeometricOperation[],
  onto: "place" | "cover" = "place",
): Matrix {
  let frame: Frame = { matrix: IDENTITY, width: image.width, height: image.height };
  let jitter: OperationNamed<"scaleJitter"> | undefined;
  for (const operation of operations) {
    if (operation.name === "flip") frame = flip(random, frame, operation);
    else if (!random.chance(operation.probability)) continue;
    else if (operation.name === "scaleJitter") jitter = operation;
    else if (operation.name === "crop") frame = crop(random, frame, image, operation);
    else frame = change(random, frame, operation);
  }
  return multiply(placeFrame(random, frame, framing, onto, jitter), frame.matrix);
}

function flip(random: Random, frame: Frame, { axis, probability }: OperationNamed<"flip">): Frame {
  const mirrorX = axis !== "vertical" && random.chance(probability);
  const mirrorY = axis !== "horizontal" && random.chance(probability);
  if (!mirrorX && !mirrorY) return frame;
  return then(frame, aroundMiddle(frame, [mirrorX ? -1 : 1, 0, 0, mirrorY ? -1 : 1]));
}

function change(
  random: Random,
  frame: Frame,
  operation: Exclude<GeometricOperation, { name: "flip" | "scaleJitter" | "crop" }>,
): Frame {
  const { width, height } = frame;
  switch (operation.name) {
    case "turn":
      return turn(frame, 1 + random.int(3));
    case "rotate": {
      const angle = radians(random.uniform(...operation.degrees));
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      return then(frame, aroundMiddle(frame, [cos, -sin, sin, cos]));
    }
    case "shift": {
      const [x, y] = [random.uniform(...operation.x), random.uniform(...operation.y)];
      return then(frame, scaleAndShift(1, 1, x * width, y * height));
    }
    case "zoom": {
      const factor = drawFactor(random, operation.factor);
      return then(frame, aroundMiddle(frame, [factor, 0, 0, factor]));
    }
    case "shear": {
      const [x, y] = [random.uniform(...operation.x), random.uniform(...operation.y)].map((angle) =>
        Math.tan(radians(angle)),
      ) as [number, number];
      return then(frame, aroundMiddle(frame, [1, x, y, 1]));
    }
    case "perspective": {
      const amount = random.uniform(...operation.amount);
      const moved = boxCorners([0, 0, width, height]).map(([x, y]) => {
        const [dx, dy] = [random.uniform(-amount, amount), random.uniform(-amount, amount)];
        return [x + dx * width, y + dy * height] as const;
      });
      return then(frame, cornersTo(frame, moved));
    }
    case "expand": {
      const factor = random.uniform(...operation.factor);
      const [x, y] = [random.uniform(0, factor - 1), random.uniform(0, factor - 1)];
      const larger = { ...frame, width: width * factor, height: height * factor };
      return then(larger, scaleAndShift(1, 1, x * width, y * height));
    }
  }
}

function then(frame: Frame, next: Matrix): Frame {
  return { ...frame, matrix: multiply(next, frame.matrix) };
}

/** Clockwise by so many quarters. */
function turn(frame: Frame, quarters: number): Frame {
  const { width, height } = frame;
  if (quarters === 1) return then({ ...frame, width: height, height: width }, [0, -1, height, 1, 0, 0, 0, 0, 1]);
  if (quarters === 2) return then(frame, [-1, 0, width, 0, -1, height, 0, 0, 1]);
  return then({ ...frame, width: height, height: width }, [0, 1, 0, -1, 0, width, 0, 0, 1]);
}

/** A window that leaves each object its share of what is seen of it now; the whole frame where none is found. */
function crop(random: Random, frame: Frame, image: ImageRecord, operation: OperationNamed<"crop">): Frame {
  const objects = image.objects.filter((object) => object.crowd !== true).map(({ box }) => boxCorners(box));
  const shareIn = (x1: number, y1: number, x2: number, y2: number): number[] => {
    const inside = halfPlanesOf(frame.matrix, [x1, y1, x2, y2]);
    return objects.map((corners) => visibleShare([corners], inside));
  };
  const before = shareIn(0, 0, frame.width, frame.height);
  for (let tries = 0; tries < CROP_TRIES; tries++) {
    const area = random.uniform(...operation.area);
    const aspect = drawFactor(random, operation.aspect);
    const width = frame.width * Math.min(1, Math.sqrt(area * aspect));
    const height = frame.height * Math.min(1, Math.sqrt(area / aspect));
    const [x, y] = [random.uniform(0, frame.width - width), random.uniform(0, frame.height - height)];
    const after = shareIn(x, y, x + width, y + height);
    if (after.some((share, i) => share < operation.keep * (before[i] as number))) continue;
    return then({ ...frame, width, height }, scaleAndShift(1, 1, -x, -y));
  }
  return frame;
}

function placeFrame(
  random: Random,
  frame: Size,
  framing: Framing,
  onto: "place" | "cover",
  jitter: OperationNamed<"scaleJitter"> | undefined,
): Matrix {
  const { canvas } = framing;
  const usual = placeOnCanvas(frame, framing);
  if (onto === "place" && !jitter) return scaleAndShift(usual.scaleX, usual.scaleY, usual.offsetX, usual.offsetY);
  const stretch = jitter ? Math.sqrt(1 + random.uniform(-jitter.aspect, jitter.aspect)) : 1;
  const zoom = jitter ? drawFactor(random, jitter.factor) : 1;
  let [scaleX, scaleY] = [usual.scaleX * zoom * stretch, (usual.scaleY * zoom) / stretch];
  if (onto === "cover") {
    const least = Math.max(canvas.width / (frame.width * scaleX), canvas.height / (frame.height * scaleY));
    [scaleX, scaleY] = [scaleX * Math.max(1, least), scaleY * Math.max(1, least)];
  }
  const offset = (side: number, whole: number): number => random.uniform() * (whole - side);
  return scaleAndShift(
    scaleX,
    scaleY,
    offset(frame.width * scaleX, canvas.width),
    offset(frame.height * scaleY, canvas.height),
  );
}

/** Evenly on a logarithmic scale. */
export function drawFactor(random: Random, [low, high]: readonly [number, number]): number {
  return Math.exp(random.uniform(Math.log(low), Math.log(high)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
