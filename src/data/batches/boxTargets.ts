import { type Placement, type Size, toCanvas } from "../../base/preprocessing.ts";
import type { Augmentation } from "../augment/description.ts";
import type { LabelledObject } from "../dataset.ts";
import { isTrained } from "../trainedObjects.ts";

/** The objects of a batch of images as plain data, padded to one count. */
export interface BoxTargets {
  /** [batch, objects, 4] on the canvas, clipped to it. */
  boxes: Float32Array;
  /** [batch, objects]: index of the class. */
  classes: Int32Array;
  /** [batch, objects]: 1 for an object, 0 for padding; 1 for a region to ignore. */
  valid: Float32Array;
  ignored: Float32Array;
}

export function emptyTargets(batch: number, objects: number): BoxTargets {
  return {
    boxes: new Float32Array(batch * objects * 4),
    classes: new Int32Array(batch * objects),
    valid: new Float32Array(batch * objects),
    ignored: new Float32Array(batch * objects),
  };
}

/** Objects of an image that lies on the canvas as `placement` says; those of which too little is seen are left out. */
export function setObjects(
  targets: BoxTargets,
  slot: number,
  count: number,
  objects: readonly LabelledObject[],
  placement: Placement,
  canvas: Size,
  { minVisible, minSide }: Augmentation,
): void {
  objects.forEach((object, i) => {
    const [x1, y1, x2, y2] = toCanvas(object.box, placement);
    const clipped: LabelledObject["box"] = [
      Math.max(x1, 0),
      Math.max(y1, 0),
      Math.min(x2, canvas.width),
      Math.min(y2, canvas.height),
    ];
    const [width, height] = [clipped[2] - clipped[0], clipped[3] - clipped[1]];
    if (!(width >= minSide && height >= minSide && width > 0 && height > 0)) return;
    const visible = (width * height) / ((x2 - x1) * (y2 - y1));
    if (visible < minVisible) return;
    setObject(targets, slot * count + i, { ...object, box: clipped });
  });
}

/** Objects that are on the canvas already. */
export function setPlacedObjects(
  targets: BoxTargets,
  slot: number,
  count: number,
  objects: readonly LabelledObject[],
): void {
  objects.forEach((object, i) => {
    setObject(targets, slot * count + i, object);
  });
}

function setObject(targets: BoxTargets, at: number, object: LabelledObject): void {
  targets.boxes.set(object.box, at * 4);
  targets.classes[at] = object.class;
  targets.valid[at] = isTrained(object) ? 1 : 0;
  targets.ignored[at] = isTrained(object) ? 0 : 1;
}
