/** One box, [x1, y1, x2, y2] in pixels, x2 and y2 exclusive: a plain array or any typed array of four numbers. */
export type Box = ArrayLike<number>;

/** Many boxes: one flat array of n * 4 numbers, or a list of [x1, y1, x2, y2]. */
export type Boxes = Float32Array | Float64Array | readonly Box[];

const CORNERS = ["x1", "y1", "x2", "y2"] as const;

/**
 * The boxes as one new flat array of n * 4 numbers, checked.
 * @param where what an error names first: the function and the argument, as in "nms: boxes".
 * @param names what the four numbers of a box are called.
 * @throws TypeError where there are not four numbers a box, RangeError that names the place of a NaN.
 */
export function readBoxes(where: string, boxes: Boxes, names: readonly string[] = CORNERS): Float64Array {
  if (boxes instanceof Float32Array || boxes instanceof Float64Array) {
    if (boxes.length % 4 !== 0) throw new TypeError(`${where} must hold 4 numbers a box, got ${boxes.length} numbers`);
    const data = new Float64Array(boxes);
    for (let i = 0; i < data.length; i++) {
      if (Number.isNaN(data[i]))
        throw new RangeError(`${where}[${Math.floor(i / 4)}] has NaN as ${names[i % 4] ?? ""}`);
    }
    return data;
  }
  if (!Array.isArray(boxes)) {
    throw new TypeError(`${where} must be a flat Float32Array or Float64Array, or an array of [${names.join(", ")}]`);
  }
  const data = new Float64Array(boxes.length * 4);
  for (const [i, box] of boxes.entries()) data.set(readBox(`${where}[${i}]`, box as Box, names), 4 * i);
  return data;
}

/** The four numbers of one box, checked; arguments and errors as for `readBoxes`. */
export function readBox(where: string, box: Box, names: readonly string[] = CORNERS): [number, number, number, number] {
  const length: unknown = (box as Box | undefined)?.length;
  if (length !== 4) {
    const got = typeof length === "number" ? `${length} of them` : typeof box;
    throw new TypeError(`${where} must be four numbers, [${names.join(", ")}], got ${got}`);
  }
  for (const [i, name] of names.entries()) {
    if (typeof box[i] !== "number") throw new TypeError(`${where} has ${typeof box[i]} as ${name}`);
    if (Number.isNaN(box[i])) throw new RangeError(`${where} has NaN as ${name}`);
  }
  const [a = 0, b = 0, c = 0, d = 0] = [box[0], box[1], box[2], box[3]];
  return [a, b, c, d];
}
