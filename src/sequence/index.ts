export { type ClipClassification } from "./clips/classifyClips.ts";
export { type LabelledClip } from "./clips/classifyLabelled.ts";
export { ClipClassifier, type FileClip } from "./clips/clipClassifier.ts";
export { clipsData, type ClipsData } from "./clips/clipsData.ts";
export { type Architecture as ClipArchitecture, type ClipDescription } from "./clips/description.ts";
export { type ClipEvaluation, measureClips } from "./clips/measure.ts";
export { buildClipNetwork, type ClipNetwork } from "./clips/network.ts";
export { ClipOptions as ClipClassifierOptions } from "./clips/options.ts";
