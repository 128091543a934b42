import { AnchorkitError } from "../base/errors.ts";
import { readKerasBackbone, type PublishedBackbone } from "./kerasWeights.ts";
import { PUBLISHED, widthOf } from "./weights/recognise.ts";
import { readTensors } from "./weights/tensorFiles.ts";
import { fromTorchvision } from "./weights/torchvision.ts";
import { TORCHVISION } from "./weights/torchvisionNames.ts";

/** How files of plain tensors end: those of torch.save, and safetensors. */
const TENSOR_FILE = /\.(pth|pt|bin|ckpt|tar|safetensors)$/i;

/**
 * The weights of a backbone as Keras or torchvision published them: from what `readKerasBackbone` reads, or a file of
 * torchvision's, .pth or .safetensors. Which network it is, in whose form, and its width are known by names and shapes;
 * the classifier is left out.
 *
 * @throws AnchorkitError if a file cannot be read or is damaged, and for a network that is not among the backbones
 */
export async function readPublishedBackbone(path: string): Promise<PublishedBackbone> {
  if (!TENSOR_FILE.test(path)) return readKerasBackbone(path);
  const { tensors } = await readTensors(path);
  const found = fromTorchvision(path, tensors);
  if (!found) {
    const names = [...tensors.keys()].slice(0, 3).join(", ");
    const known = TORCHVISION.map(({ model }) => model).join(", ");
    throw new AnchorkitError(`${path}: has the tensors ${names}, …; known are the networks of torchvision's ${known}`);
  }
  const { network, weights, leftOut } = found;
  const { filters, widths = [] } = PUBLISHED.find(({ backbone }) => backbone === network.backbone) ?? {};
  const shapes = new Map([...weights].map(([name, { shape }]) => [name, shape]));
  return {
    ...{ path, weights, leftOut },
    model: `torchvision's ${network.model}`,
    backbone: network.backbone,
    publisher: "torchvision",
    width: (filters && widthOf(shapes, filters, widths)) ?? 1, // of no width: a shape will not fit
  };
}
