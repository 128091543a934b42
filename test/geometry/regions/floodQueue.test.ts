import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FloodQueue } from "../../../src/geometry/regions/floodQueue.ts";

describe("FloodQueue", () => {
  it("gives the lowest first, of equal ones the first that came, whenever it is asked", () => {
    const turns = fc.array(fc.option(fc.integer({ min: -3, max: 3 })), { maxLength: 60 });
    fc.assert(
      fc.property(turns, (heights) => {
        const queue = new FloodQueue(60);
        const waiting: { height: number; place: number }[] = [];
        for (const [place, height] of [...heights, ...heights.map(() => null)].entries()) {
          if (height !== null) {
            queue.push(height, place);
            waiting.push({ height, place });
            continue;
          }
          const first = waiting.toSorted((a, b) => a.height - b.height || a.place - b.place)[0];
          expect(queue.pop()).toBe(first?.place ?? -1);
          if (first) waiting.splice(waiting.indexOf(first), 1);
        }
      }),
    );
  });
});
