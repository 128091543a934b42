import type { FrozenGraph } from "../../../engine/graph/frozenGraph.ts";
import type { RecordedLoop } from "../../../engine/graph/recording.ts";
import { described, type OnnxWriter } from "../onnxWriter.ts";
import type { OpWriter } from "./op.ts";

/** ONNX's Scan: a body that is run for each slice, whose states go from one to the next. */
export function writeLoop(w: OnnxWriter, graph: FrozenGraph, loop: RecordedLoop, write: OpWriter): void {
  const { scanned, carried, backwards, entered } = loop;
  const named = new Map(graph.nodes.map((node) => [node.name, node]));
  const kept = loop.kept.filter(({ all }) => named.has(all.slice(0, -":0".length))); // nobody takes the others
  const inner = loop.body.flatMap((name) => named.get(name) ?? []).filter(({ op }) => op !== "Enter");
  const used = new Set(inner.flatMap(({ input }) => input));
  const outside = [...entered].filter(([inside]) => used.has(inside));
  const label = (kind: string, i: number): string => `${loop.name}/${kind}_${i}`;
  const before = [...carried.map(({ first }) => w.plain(first)), ...scanned.map(({ all }) => w.plain(all))];
  for (const [, source] of outside) w.plain(source); // constants are written outside

  const nodes = w.within(() => {
    for (const [inside, source] of outside) w.define(inside, { plain: w.plain(source) });
    carried.forEach(({ begin }, i) => { w.define(begin, { plain: label("state", i) }); }); // prettier-ignore
    scanned.forEach(({ slice }, i) => { w.define(slice, { plain: label("slice", i) }); }); // prettier-ignore
    for (const node of inner) write(w, node);
    const ends = [...carried.map(({ next }) => next), ...kept.map(({ slice }) => slice)];
    ends.forEach((source, i) => {
      w.nodes.push({ op: "Identity", inputs: [w.plain(source)], outputs: [label("end", i)], attributes: {} });
    });
  });
  const body = {
    name: loop.name,
    inputs: [
      ...carried.map(({ begin }, i) => described(label("state", i), w.value(begin))),
      ...scanned.map(({ slice }, i) => described(label("slice", i), w.value(slice))),
    ],
    outputs: [...carried.map(({ next }) => next), ...kept.map(({ slice }) => slice)].map((source, i) =>
      described(label("end", i), w.value(source)),
    ),
    ...{ nodes, constants: [] },
  };
  const direction = Number(backwards);
  const outputs = w.several("Scan", before, carried.length + kept.length, {
    body: { graph: body },
    num_scan_inputs: scanned.length,
    scan_input_directions: scanned.map(() => direction),
    ...(kept.length > 0 && { scan_output_directions: kept.map(() => direction) }),
  });
  [...carried.map(({ last }) => last), ...kept.map(({ all }) => all)].forEach((source, i) => {
    w.define(source, { plain: outputs[i] ?? "" });
  });
}
