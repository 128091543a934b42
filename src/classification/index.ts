export { Classifier, type FileClassification } from "./classifier.ts";
export { classifierData, type ClassifierData } from "./classifierData.ts";
export { type Classification, namedClasses } from "./namedClasses.ts";
export type { LabelledClassification } from "./classifyLabelled.ts";
export type { ClassifierDescription } from "./description.ts";
export { type ClassifierEvaluation, measureClassifier } from "./measure.ts";
export { buildClassifier, type ClassifierNetwork } from "./network.ts";
export { ClassifierOptions, MobilenetOptions, PretrainedOptions, type Targets } from "./options.ts";
