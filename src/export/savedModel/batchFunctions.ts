import { type FunctionDef, type GraphNode, placeholderNode } from "../../engine/graph/graphDef.ts";
import { functionDef } from "./functionDef.ts";
import { call, func, listOf, node, reshape, slice } from "./nodes.ts";
import type { NamedPart } from "./predictFunction.ts";

/**
 * Functions that answer for a batch what `answer` answers for one sample. The first asks it for each, several at a time; the
 * second is for batches of one, and calls it: TensorFlow simplifies what is called, and not what is mapped.
 */
export function batchFunctions(
  answer: string,
  takes: readonly NamedPart[],
  gives: readonly NamedPart[],
): [each: FunctionDef, one: FunctionDef] {
  const names = takes.map(({ name }) => name);
  const fed = takes.map(({ name, type, shape }) => placeholderNode(name, type, [-1, ...shape]));
  const { types, shapes } = listOf(gives);
  const each = [
    ...fed,
    node("answers", "MapDefun", names.map((name) => `${name}:0`), {
      ...{ Targuments: listOf(takes).types, Tcaptured: { list: { type: [] } } },
      ...{ output_types: types, output_shapes: shapes, f: func(answer), max_intra_op_parallelism: { i: 0 } },
    }),
  ]; // prettier-ignore
  const one: GraphNode[] = [
    ...fed,
    // First cut out: a Reshape alone lets TensorFlow conclude that batches are of one, also where this is not called.
    ...takes.flatMap(({ name, type, shape }) => [
      ...slice(`first/${name}`, `${name}:0`, [1, ...shape], type),
      ...reshape(`one/${name}`, `first/${name}:0`, shape, type),
    ]),
    call("answers", answer, names.map((name) => `one/${name}:0`), {
      takes: takes.map(({ type }) => type),
      gives: gives.map(({ type }) => type),
    }),
    ...gives.flatMap(({ type, shape }, i) => reshape(`result_${i}`, `answers:${i}`, [1, ...shape], type)),
  ]; // prettier-ignore
  return [
    functionDef({
      ...{ name: `${answer}_each`, nodes: each },
      results: gives.map(({ type }, i) => ({ source: `answers:${i}`, type })),
    }),
    functionDef({
      ...{ name: `${answer}_one`, nodes: one },
      results: gives.map(({ type }, i) => ({ source: `result_${i}:0`, type })),
    }),
  ];
}
