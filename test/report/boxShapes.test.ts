import { expect, test } from "vitest";
import { boxLabel, type Rect } from "../../src/report/boxShapes.ts";

const FONT = 10; // "mug": 3 letters of 6.5, and 5 around: 25 wide, 13 high

function label(box: Rect, others: readonly Rect[], taken: Rect[] = []): Rect | undefined {
  const around = { width: 200, height: 200, boxes: [box, ...others], taken };
  const svg = boxLabel(box, "mug", FONT, "#ffffff", around);
  return svg === "" ? undefined : taken.at(-1);
}

test("a label stands above its box", () => {
  expect(label({ x: 50, y: 50, width: 40, height: 40 }, [])).toEqual({ x: 50, y: 37, width: 25, height: 13 });
});

test("where a small box lies there, it goes below", () => {
  const small = { x: 52, y: 38, width: 10, height: 10 };
  expect(label({ x: 50, y: 50, width: 40, height: 40 }, [small])).toMatchObject({ x: 65, y: 37 }); // to the right end
  const wide = { x: 50, y: 38, width: 40, height: 10 };
  expect(label({ x: 50, y: 50, width: 40, height: 40 }, [wide])).toMatchObject({ x: 50, y: 90 });
});

test("a large box is hidden by no label", () => {
  const large = { x: 0, y: 0, width: 200, height: 50 };
  expect(label({ x: 50, y: 50, width: 40, height: 40 }, [large])).toMatchObject({ y: 37 });
});

test("a small box is not covered by its own label, even in a corner", () => {
  expect(label({ x: 0, y: 0, width: 10, height: 10 }, [])).toMatchObject({ x: 0, y: 10 });
});

test("where every place hides something, the one that hides least is taken", () => {
  const crowd = Array.from({ length: 20 * 20 }, (_, i) => ({
    x: (i % 20) * 10,
    y: Math.floor(i / 20) * 10,
    width: 10,
    height: 10,
  }));
  const box = { x: 100, y: 100, width: 10, height: 10 };
  expect(label(box, crowd)).toBeDefined();
});

test("no label covers another", () => {
  const taken: Rect[] = [{ x: 0, y: 0, width: 200, height: 200 }];
  expect(label({ x: 50, y: 50, width: 40, height: 40 }, [], taken)).toBeUndefined();
});
