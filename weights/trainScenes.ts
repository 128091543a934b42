/**
 * The second stage of the recipe, see README.md: a detector of all the things, on the drawn scenes, with the backbone of
 * the first stage. Ctrl-C leaves a checkpoint; the same command goes on from it.
 *
 *     npx tsx weights/trainScenes.ts [--data weights/cache/scenes] [--from weights/cache/crops] [--epochs 8] [--batch 8]
 *       [--lr 0.002] [--out weights/cache/detector]
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setMatchingWeights } from "../src/core/matchingWeights.ts";
import { readDataset } from "../src/data/readDataset.ts";
import { fasterRcnnTask } from "../src/detection/fasterRcnn/fasterRcnnTask.ts";
import { FasterRcnnOptions } from "../src/detection/fasterRcnn/options.ts";
import { modelFolderOf, readModelWeights } from "../src/training/run/modelFolder.ts";
import { FROM_SCRATCH } from "../src/training/recipe.ts";
import { runStage } from "./runStage.ts";

const cache = join(dirname(fileURLToPath(import.meta.url)), "cache");
const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(cache, "scenes") },
    from: { type: "string", default: join(cache, "crops") },
    epochs: { type: "string", default: "8" },
    batch: { type: "string", default: "8" },
    lr: { type: "string" },
    out: { type: "string", default: join(cache, "detector") },
  },
});

const { dataset } = await readDataset(values.data);
const batch = Number(values.batch);
await runStage(
  dataset,
  async (data, context) => {
    const task = await fasterRcnnTask(data, { ...FasterRcnnOptions.parse({}), batch, flip: "horizontal" }, context);
    if (!context.resumes) setMatchingWeights(task.network, await readModelWeights(modelFolderOf(values.from)));
    return { ...task, recipe: { ...task.recipe, phases: FROM_SCRATCH } };
  },
  {
    ...{ out: values.out, batch, epochs: Number(values.epochs) },
    ...(values.lr !== undefined && { lr: Number(values.lr) }),
  },
);
