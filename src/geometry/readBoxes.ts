/** One box, [x1, y1, x2, y2] in pixels, x2 and y2 exclusive: a plain array or any typed array of four numbers. */
export type Box = ArrayLike<number>;

/** Many boxes: one flat array, plain or typed, of n * 4 numbers, or a list of [x1, y1, x2, y2]. */
export type Boxes = ArrayLike<number> | readonly Box[];

const CORNERS = ["x1", "y1", "x2", "y2"] as const;

/**
 * The boxes as one new flat array, checked.
 * @param where what an error names first: the function and the argument, as in "nms: boxes".
 * @param names what the numbers of a box are called: as many as there are.
 * @throws TypeError where there are not so many numbers a box, RangeError that names the place of a NaN.
 */
export function readBoxes(where: string, boxes: Boxes, names: readonly string[] = CORNERS): Float64Array {
  const flat = flatBoxes(where, boxes, names);
  if (flat.length % names.length !== 0) {
    throw new TypeError(`${where} must hold ${names.length} numbers a box, got ${flat.length} numbers`);
  }
  const data = new Float64Array(flat.length);
  for (let i = 0; i < data.length; i++) {
    const value: unknown = flat[i];
    const place = (): string => `${where}[${Math.floor(i / names.length)}]`;
    if (typeof value !== "number") throw new TypeError(`${place()} has ${typeof value} as ${names[i % names.length]}`);
    if (Number.isNaN(value)) throw new RangeError(`${place()} has NaN as ${names[i % names.length]}`);
    data[i] = value;
  }
  return data;
}

/** The boxes as one flat array, which is the given one, unchecked, if that is flat; else as for `readBoxes`. */
export function flatBoxes(where: string, boxes: Boxes, names: readonly string[] = CORNERS): ArrayLike<number> {
  const length: unknown = (boxes as Boxes | undefined)?.length;
  if (typeof length !== "number" || typeof boxes === "string") {
    const got = (boxes as Boxes | null) === null ? "null" : typeof boxes;
    throw new TypeError(`${where} must be a flat array of numbers, or a list of [${names.join(", ")}], got ${got}`);
  }
  if (!isList(boxes)) return boxes;
  const data = new Float64Array(length * names.length);
  for (let i = 0; i < length; i++) data.set(readBox(`${where}[${i}]`, boxes[i] as Box, names), i * names.length);
  return data;
}

/** The numbers of one box, checked; arguments and errors as for `readBoxes`. */
export function readBox(where: string, box: Box, names: readonly string[] = CORNERS): number[] {
  const length: unknown = (box as Box | undefined)?.length;
  if (length !== names.length) {
    const got = typeof length === "number" ? `${length} of them` : typeof box;
    const count = names.length === 4 ? "four" : "two";
    throw new TypeError(`${where} must be ${count} numbers, [${names.join(", ")}], got ${got}`);
  }
  for (const [i, name] of names.entries()) {
    if (typeof box[i] !== "number") throw new TypeError(`${where} has ${typeof box[i]} as ${name}`);
    if (Number.isNaN(box[i])) throw new RangeError(`${where} has NaN as ${name}`);
  }
  return Array.from(box);
}

function isList(boxes: Boxes): boxes is readonly Box[] {
  return boxes.length > 0 && typeof boxes[0] !== "number";
}
