import { type DataType, type GraphNode, shapeNumbers, typeName } from "./graphDef.ts";

/** A constant of a recorded graph. */
export interface Constant {
  dtype: DataType;
  shape: readonly number[];
  values: Float32Array | Int32Array | Uint8Array;
}

/** What a node of the op Const holds. */
export function constantOf({ op, attr: { value } }: GraphNode): Constant | undefined {
  if (op !== "Const" || !value || !("tensor" in value)) return undefined;
  const { tensorContent, tensorShape } = value.tensor;
  const dtype = typeName(value.tensor.dtype);
  const { buffer } = tensorContent.slice(); // aligned
  const shape = shapeNumbers(tensorShape);
  if (dtype === "float32") return { dtype, shape, values: new Float32Array(buffer) };
  if (dtype === "int32") return { dtype, shape, values: new Int32Array(buffer) };
  return { dtype, shape, values: new Uint8Array(buffer) };
}

/** Whether a constant is one number for each of so many channels, to be added to all of them. */
export function isBias({ shape, values }: Constant, channels: number | undefined): boolean {
  return values.length === channels && shape.at(-1) === channels;
}

/** A constant with its axes in another order: axis i of the result is axis order[i]. */
export function transposed<One extends Constant>(constant: One, order: readonly number[]): One {
  const { shape, values } = constant;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const to = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const result = values.slice();
  const place = to.map(() => 0);
  for (let i = 0, from = 0; i < result.length; i++) {
    result[i] = values[from] as number;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      if (++(place[axis] as number) < (to[axis] as number)) break;
      from -= (steps[axis] as number) * (to[axis] as number);
      place[axis] = 0;
    }
  }
  return { ...constant, shape: to, values: result };
}
