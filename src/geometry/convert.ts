import { readBoxes, type Boxes } from "./readBoxes.ts";

const FORMATS = {
  xyxy: ["x1", "y1", "x2", "y2"],
  xywh: ["x1", "y1", "width", "height"],
  cxcywh: ["cx", "cy", "width", "height"],
};

/**
 * How four numbers describe a box.
 * - `xyxy`: two corners; what every other function here takes (and Pascal VOC).
 * - `xywh`: the first corner, width and height (COCO).
 * - `cxcywh`: the centre, width and height (YOLO).
 */
export type BoxFormat = keyof typeof FORMATS;

/**
 * The boxes in another format; units stay as they are.
 * @returns a new flat array of n * 4 numbers.
 * @throws TypeError or RangeError where the boxes are not four numbers each or hold NaN, a format is unknown, or an
 * infinite box cannot be said in the other format (the middle between -Infinity and Infinity is no number).
 */
export function convert(boxes: Boxes, from: BoxFormat, to: BoxFormat): Float32Array {
  for (const format of [from, to]) {
    if (!Object.hasOwn(FORMATS, format)) {
      throw new RangeError(`convert: the formats are ${Object.keys(FORMATS).join(", ")}, got "${format}"`);
    }
  }
  const data = readBoxes("convert: boxes", boxes, FORMATS[from]);
  if (from === to) return new Float32Array(data);
  const result = new Float32Array(data.length);
  const set = (i: number, ...numbers: [number, number, number, number]): void => {
    if (numbers.some(Number.isNaN)) {
      const box = data.subarray(i, i + 4).join(", ");
      throw new RangeError(`convert: boxes[${i / 4}], [${box}] as ${from}, cannot be said as ${to}`);
    }
    result.set(numbers, i);
  };
  for (let i = 0; i < data.length; i += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = data.subarray(i, i + 4);
    const width = from === "xyxy" ? c - a : c;
    const height = from === "xyxy" ? d - b : d;
    const x1 = from === "cxcywh" ? a - width / 2 : a;
    const y1 = from === "cxcywh" ? b - height / 2 : b;
    if (to === "xyxy") set(i, x1, y1, x1 + width, y1 + height);
    else if (to === "xywh") set(i, x1, y1, width, height);
    else set(i, x1 + width / 2, y1 + height / 2, width, height);
  }
  return result;
}
