import { expect } from "vitest";

/**
 * What `verify` found of a model that was exported: nothing without a twin, boxes within 0.05 pixels of images with sides up
 * to 340 (1.5e-4 of them), all other numbers within `most`.
 *
 * @param finds whether a detector was to find anything
 */
export function expectAlike(found: Readonly<Record<string, number>>, finds: boolean, most: number): void {
  const { detections, unmatched = 0, pixels = 0, boxes = 0, ...others } = found;
  if (detections !== undefined) expect(detections > 0).toBe(finds);
  expect(unmatched).toBe(0);
  expect(Math.max(pixels, boxes)).toBeLessThan(0.05);
  expect(Math.max(...Object.values(others))).toBeLessThan(most);
}
