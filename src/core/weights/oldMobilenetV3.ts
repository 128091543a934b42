/** Layers that only MobileNet V3 of Keras 2 has. */
export const OLD_MOBILENET_V3 = "expanded_conv/depthwise/BatchNorm/gamma";

/**
 * Keras 3's name of a weight of MobileNet V3 in files of Keras 2, such as the published ones
 * ("expanded_conv_1/squeeze_excite/Conv_1/kernel" is "expanded_conv_1_squeeze_excite_conv_1/kernel").
 */
export function nameFromOldMobilenetV3(name: string): string {
  const parts = name.split("/");
  const layer = parts
    .slice(0, -1)
    .join("_")
    .replace(/_?BatchNorm$/, "_bn")
    .replace(/(?<=^|_)Conv/, "conv")
    .replace(/^L/, "l");
  return `${layer}/${parts.at(-1) ?? ""}`;
}
