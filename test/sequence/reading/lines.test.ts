import { describe, expect, it } from "vitest";
import { placeOnCanvas } from "../../../src/base/preprocessing.ts";
import { widthBuckets } from "../../../src/sequence/reading/lines.ts";
import type { TextImage } from "../../../src/sequence/reading/readerData.ts";

const framing = { canvas: { width: 200, height: 32 }, resize: "line" } as const;

function images(count: number, widthOf: (i: number) => number): TextImage[] {
  return Array.from({ length: count }, (_, i) => {
    const text = "AB";
    return { id: i + 1, file: `${i}.png`, width: widthOf(i), height: 32, objects: [], text };
  });
}

describe("buckets of widths", () => {
  it("hold every image once, none wider than its bucket, which leaves room for what augmentation adds", () => {
    const all = images(200, (i) => 40 + ((i * 37) % 150));
    const { buckets, widths } = widthBuckets(all, framing, 8);
    expect(buckets).toHaveLength(3);
    expect(buckets.flatMap(({ indices }) => indices).sort((a, b) => a - b)).toEqual(all.map((_, i) => i));
    expect(widths.at(-1)).toBe(200);
    for (const width of widths) expect(width % 8).toBe(0);
    for (const { length, indices } of buckets) {
      expect(widths).toContain(length);
      for (const i of indices) {
        const own = placeOnCanvas(all[i] as TextImage, framing).width;
        expect(length).toBeGreaterThanOrEqual(Math.min(own * 1.05, 200));
      }
    }
  });

  it("are one where all images are alike, or too few for more", () => {
    expect(widthBuckets(images(500, () => 100), framing, 8)).toMatchObject({ buckets: [{ length: 112 }], widths: [112, 200] }); // prettier-ignore
    expect(
      widthBuckets(
        images(60, (i) => 40 + i),
        framing,
        8,
      ).buckets,
    ).toHaveLength(1);
  });
});
