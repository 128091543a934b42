import { describe, expect, test } from "vitest";
import { IGNORED, type LabelMap } from "../../../src/geometry/masks/labelMap.ts";
import { classColor } from "../../../src/report/colors.ts";
import { drawSegmentation } from "../../../src/report/segmentation/drawSegmentation.ts";
import { errorLayer, ERRORS, labelLayer, type RgbaImage } from "../../../src/report/segmentation/layers.ts";

/** Digits, row by row; x does not count. */
function map(...rows: string[]): LabelMap {
  const data = Uint8Array.from(rows.join(""), (digit) => (digit === "x" ? IGNORED : Number(digit)));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

const hexAt = ({ data, width }: RgbaImage, x: number, y: number): string =>
  `#${Buffer.from(data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)).toString("hex")}`;
const opacityAt = ({ data, width }: RgbaImage, x: number, y: number): number => data[4 * (y * width + x) + 3] ?? NaN;

describe("layers", () => {
  test("classes have their colours, borders cover, the background is clear", () => {
    const layer = labelLayer(map("00000000", "02222220", "02222220", "02222220", "00000001"), 0.5);
    expect([hexAt(layer, 3, 2), opacityAt(layer, 3, 2)]).toEqual([classColor(1), 128]);
    expect([hexAt(layer, 1, 2), opacityAt(layer, 1, 2)]).toEqual([classColor(1), 255]);
    expect(hexAt(layer, 7, 4)).toBe(classColor(0));
    expect(opacityAt(layer, 0, 0)).toBe(0);
  });

  test("objects of one class have a border where they touch", () => {
    const labels = map("111111", "111111", "111111");
    expect(opacityAt(labelLayer(labels, 0.5), 2, 1)).toBe(128);
    const objects = Uint16Array.from([...labels.data.keys()], (i) => (i % 6 < 3 ? 1 : 2));
    const layer = labelLayer(labels, 0.5, objects);
    expect([1, 2, 3, 4].map((x) => opacityAt(layer, x, 1))).toEqual([128, 255, 255, 128]);
  });

  test("errors are told apart, what is right and what does not count is none", () => {
    const layer = errorLayer(map("0012x1"), map("0101x1"));
    expect([1, 2, 3].map((x) => hexAt(layer, x, 0))).toEqual([ERRORS.wrong, ERRORS.missed, ERRORS.mistaken]);
    expect([0, 4, 5].map((x) => opacityAt(layer, x, 0))).toEqual([0, 0, 0]);
  });
});

describe("a picture", () => {
  const image = { width: 60, height: 40, data: new Uint8Array(60 * 40 * 3).fill(100) };
  const labels: LabelMap = { width: 60, height: 40, data: new Uint8Array(60 * 40).fill(1, 0, 60 * 20) };
  const pixels = async (...args: Parameters<typeof drawSegmentation>): Promise<Buffer> =>
    (await drawSegmentation(...args)).raw().toBuffer();

  test("shows the image through the colours, as much as is asked for", async () => {
    const [orange, clear] = [[0xe6, 0x9f, 0x00], await pixels(image, labels, ["cat"], { opacity: 0.25 })];
    const at = (x: number, y: number): number[] => [...clear.subarray(3 * (60 * y + x), 3 * (60 * y + x) + 3)];
    expect(at(30, 30)).toEqual([100, 100, 100]);
    for (const [i, value] of at(30, 5).entries())
      expect(value).toBeCloseTo(100 + 0.25 * ((orange[i] ?? 0) - 100), -0.5);
    expect(at(30, 19)).toEqual(orange);
  });

  test("names the classes that are seen, where there are several", async () => {
    const plain = await pixels(image, labels, ["cat", "dog"], { names: false });
    const named = await pixels(image, labels, ["cat", "dog"]);
    expect(named.equals(plain)).toBe(false);
    expect(named.subarray(3 * 60 * 20).equals(plain.subarray(3 * 60 * 20))).toBe(true); // in the upper half
    expect((await pixels(image, labels, ["cat"])).equals(await pixels(image, labels, ["cat"], { names: false }))).toBe(
      true,
    );
  });

  test("sizes and labels that do not fit are refused", async () => {
    const small = { width: 30, height: 40, data: new Uint8Array(30 * 40) };
    await expect(drawSegmentation(image, small, ["cat"])).rejects.toThrow(
      "the image has 60 x 40 pixels, its labels 30 x 40",
    );
    const other = { ...labels, data: labels.data.map((label) => 3 * label) };
    await expect(drawSegmentation(image, other, ["cat"])).rejects.toThrow("class 2 is not one of the 1 classes");
  });
});
