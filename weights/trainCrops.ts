/**
 * The first stage of the recipe, see README.md: learns which thing of the drawn world a crop shows. Ctrl-C leaves a
 * checkpoint; the same command goes on from it.
 *
 *     npx tsx weights/trainCrops.ts [--epochs 40] [--backbone small] [--width 1] [--batch 128] [--side 96] [--lr 0.002]
 *       [--out weights/cache/crops]
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BACKBONE_NAMES } from "../src/core/backbones/names.ts";
import { cropTask } from "./crops/cropTask.ts";
import { runStage } from "./runStage.ts";
import { loadWorld } from "./world/world.ts";

const cache = join(dirname(fileURLToPath(import.meta.url)), "cache");
const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "40" },
    backbone: { type: "string", default: "small" },
    width: { type: "string", default: "1" },
    batch: { type: "string", default: "128" },
    side: { type: "string", default: "96" },
    lr: { type: "string" },
    out: { type: "string", default: join(cache, "crops") },
  },
});

const backbone = BACKBONE_NAMES.find((name) => name === values.backbone);
if (!backbone) throw new Error(`--backbone: must be one of ${BACKBONE_NAMES.join(", ")}`);
const world = await loadWorld(cache);
const { things } = world.sprites.index;
const [batch, side, width] = [Number(values.batch), Number(values.side), Number(values.width)];
await runStage(
  { classes: [...things], images: [] },
  (_, context) => Promise.resolve(cropTask(world, things, { backbone, width, batch, side }, context)),
  {
    ...{ out: values.out, batch, epochs: Number(values.epochs) },
    ...(values.lr !== undefined && { lr: Number(values.lr) }),
  },
);
