/** What normalisation added to variances in the ResNet50 of those files, and adds in the published one now. */
const EPSILONS = { then: 1e-3, now: 1.001e-5 };

/** What the 1x1, 3x3, 1x1 and shortcut of a block were called, and are. */
const BRANCHES: Readonly<Record<string, number>> = { "1": 0, "2a": 1, "2b": 2, "2c": 3 };

/**
 * Today's name of a weight of ResNet50 in files from before 2019 ("res2a_branch2b/kernel" is
 * "conv2_block1_2_conv/kernel"); undefined: not such a name.
 */
export function nameFromOldResnet(name: string): string | undefined {
  const [layer = "", weight = ""] = name.split("/");
  if (layer === "conv1") return `conv1_conv/${weight}`;
  if (layer === "bn_conv1") return `conv1_bn/${weight}`;
  const parts = /^(res|bn)([2-5])([a-f])_branch(1|2[abc])$/.exec(layer);
  if (!parts) return undefined;
  const [, kind, stage = "", block = "", branch = ""] = parts;
  const number = block.charCodeAt(0) - "a".charCodeAt(0) + 1;
  return `conv${stage}_block${number}_${BRANCHES[branch] ?? ""}_${kind === "bn" ? "bn" : "conv"}/${weight}`;
}

/** Adds the difference of the epsilons to those files' variances, so that normalisation divides by what it did. */
export function varianceFromOldResnet(values: Float32Array): Float32Array {
  return values.map((variance) => variance + EPSILONS.then - EPSILONS.now);
}
