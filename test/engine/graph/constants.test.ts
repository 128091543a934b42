import fc from "fast-check";
import { expect, it } from "vitest";
import { constantNode, DATA_TYPE } from "../../../src/engine/graph/graphDef.ts";
import { constantOf, transposed } from "../../../src/engine/graph/constants.ts";

it("reads constants of every type, wherever their bytes lie", () => {
  const bytes = new Uint8Array([0, ...new Uint8Array(Float32Array.of(1.5, -2).buffer)]).subarray(1); // not aligned
  expect(constantOf(constantNode("x", DATA_TYPE.float32, [2], bytes))).toEqual({
    ...{ dtype: "float32", shape: [2], values: Float32Array.of(1.5, -2) },
  });
  expect(constantOf(constantNode("x", DATA_TYPE.bool, [], Uint8Array.of(1)))).toEqual({
    ...{ dtype: "bool", shape: [], values: Uint8Array.of(1) },
  });
  expect(constantOf({ name: "y", op: "Neg", input: ["x:0"], attr: {} })).toBeUndefined();
});

it("brings axes into another order, as a loop over all places does", () => {
  const cases = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain(
    (shape) =>
    fc.record({ shape: fc.constant(shape), order: fc.shuffledSubarray(shape.map((_, i) => i), { minLength: shape.length }) }), // prettier-ignore
  );
  fc.assert(
    fc.property(cases, ({ shape, order }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = Float32Array.from({ length: size }, (_, i) => i);
      const result = transposed({ dtype: "float32", shape, values }, order);
      expect(result.shape).toEqual(order.map((axis) => shape[axis]));
      const flat = (place: readonly number[], sides: readonly number[]): number =>
        place.reduce((at, x, axis) => at * (sides[axis] ?? 1) + x, 0);
      for (let i = 0; i < size; i++) {
        const place = shape.map((_, axis) => Math.floor(i / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % (shape[axis] ?? 1)); // prettier-ignore
        expect(result.values[flat(order.map((axis) => place[axis] ?? 0), result.shape)]).toBe(i); // prettier-ignore
      }
    }),
  );
});
