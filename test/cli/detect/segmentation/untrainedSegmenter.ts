import { Random } from "../../../../src/base/random.ts";
import { disposeWeights } from "../../../../src/core/namedWeights.ts";
import { outputsOf, type SegmenterDescription } from "../../../../src/segmentation/description.ts";
import { Architecture } from "../../../../src/segmentation/networks/architecture.ts";
import { buildSegmenter } from "../../../../src/segmentation/networks/buildSegmenter.ts";
import { saveModelFolder } from "../../../../src/training/run/modelFolder.ts";

/** A segmenter that is not trained, and so sees all sorts of things in noise. */
export async function saveSegmenter(at: string, classes: string[], resize: "fit" | "tiles"): Promise<void> {
  const architecture = Architecture.parse({ kind: "unet", filters: 4, depth: 2 });
  const described = { classes, distance: true };
  const network = buildSegmenter(architecture, outputsOf(described), new Random(2));
  const description: SegmenterDescription = {
    ...{ format: "anchorkit-segmenter", version: 1, model: "unet", architecture, ...described },
    preprocessing: {
      ...{ canvas: { width: 48, height: 32 }, resize, fill: 128 },
      ...{ mean: [128, 128, 128], deviation: [64, 64, 64] },
    },
  };
  const saved = { kind: "segmentation", description, network: network.model, averages: new Map() } as const;
  await saveModelFolder(at, saved);
  disposeWeights(network.model);
}
