import { expect, it } from "vitest";
import { dropReshapes } from "../../../src/engine/graph/dropReshapes.ts";
import type { GraphNode } from "../../../src/engine/graph/graphDef.ts";
import type { GraphValue } from "../../../src/engine/graph/recording.ts";

const node = (name: string, op: string, ...input: string[]): GraphNode => ({ name, op, input, attr: {} });

const values = new Map(
  Object.entries({ a: [1, 6], same: [1, 6], twice: [1, 6], other: [2, 3], out: [1, 6], kept: [1, 6] }).map(
    ([name, shape]): [string, GraphValue] => [`${name}:0`, { source: `${name}:0`, shape, dtype: "float32" }],
  ),
);

it("dropReshapes leaves out those that change nothing, and what took them takes what they took", () => {
  const nodes = [
    node("a", "Placeholder"),
    node("same", "Reshape", "a:0", "shape:0"),
    node("twice", "Reshape", "same:0", "shape:0"),
    node("other", "Reshape", "twice:0", "shape:0"),
    node("out", "Add", "twice:0", "same:0"),
    node("kept", "Reshape", "out:0", "shape:0"),
  ];
  const found = dropReshapes(nodes, values, new Set(["kept:0"]));
  expect(found.map(({ name, input }) => [name, ...input])).toEqual([
    ["a"],
    ["other", "a:0", "shape:0"],
    ["out", "a:0", "a:0"],
    ["kept", "out:0", "shape:0"],
  ]);
});
