import type { FrozenGraph } from "../../engine/graph/frozenGraph.ts";
import { DATA_TYPE, type FunctionDef, type GraphNode, placeholderNode } from "../../engine/graph/graphDef.ts";
import type { GraphValue } from "../../engine/graph/recording.ts";
import { functionDef } from "./functionDef.ts";
import { reshape } from "./nodes.ts";

/** A tensor of one sample: TensorFlow's number of its type, and its shape. */
export interface Part {
  type: number;
  shape: readonly number[];
}

export interface NamedPart extends Part {
  name: string;
}

export interface PredictFunction {
  definition: FunctionDef;
  /** What it takes and gives, in their order, by the step's names. */
  takes: NamedPart[];
  gives: NamedPart[];
}

/**
 * A frozen step for batches of 1 as a function of one sample, without the dimension of the batch. A step of clips takes its
 * frames as a batch: they keep it.
 */
export function predictFunction(name: string, { nodes, inputs, outputs }: FrozenGraph): PredictFunction {
  const takes = [...inputs].map(([key, value]) => partOf(key, value));
  const gives = [...outputs].map(([key, value]) => partOf(key, value));
  const fed = new Map([...inputs].map(([key, { source, shape, dtype }]) => {
    return [source.replace(/:0$/, ""), { key, shape, type: DATA_TYPE[dtype] }] as const;
  })); // prettier-ignore
  const body = nodes.flatMap((node): GraphNode[] => {
    const one = fed.get(node.name);
    return one ? reshape(node.name, `argument/${one.key}:0`, one.shape, one.type) : [node];
  });
  const definition = functionDef({
    name,
    nodes: [
      ...takes.map(({ name: key, type, shape }) => placeholderNode(`argument/${key}`, type, shape)),
      ...body,
      ...[...outputs].flatMap(([key, { source }], i) => {
        const { shape = [], type = 0 } = gives[i] ?? {};
        return reshape(`result/${key}`, source, shape, type);
      }),
    ],
    results: gives.map(({ name: key, type }) => ({ source: `result/${key}:0`, type })),
  });
  return { definition, takes, gives };
}

function partOf(name: string, { shape: [batch = 1, ...rest], dtype }: GraphValue): NamedPart {
  return { name, type: DATA_TYPE[dtype], shape: batch === 1 ? rest : [batch, ...rest] };
}
