/**
 * The last stage of the recipe, see README.md: what a training of a detector has learnt that does not depend on its
 * classes and anchors, as one file of half floats.
 *
 *     npx tsx weights/pack.ts --run weights/cache/detector [--out weights/drawn-world.safetensors]
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeSafetensors } from "../src/core/weights/safetensors.ts";
import { modelFolderOf, readModelWeights } from "../src/training/run/modelFolder.ts";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    run: { type: "string", default: join(here, "cache/detector") },
    out: { type: "string", default: join(here, "drawn-world.safetensors") },
  },
});

/** Layers whose shapes or meaning depend on the data. */
const LEFT_OUT = /^(rpn_objectness|rpn_deltas|head_classes|head_boxes|classes)\//;

const learnt = await readModelWeights(modelFolderOf(values.run));
const kept = new Map([...learnt].filter(([name]) => !LEFT_OUT.test(name)));
await writeSafetensors(values.out, kept, { dtype: "F16", metadata: { format: "anchorkit", backbone: "small" } });
const bytes = await readFile(values.out);
const sha256 = createHash("sha256").update(bytes).digest("hex");
console.log(`${values.out}: ${kept.size} weights, ${(bytes.length / 1e6).toFixed(2)} MB, sha256 ${sha256}`);
