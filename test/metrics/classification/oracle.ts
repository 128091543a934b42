import { readFileSync } from "node:fs";

interface Tensor {
  data: number[];
}

interface Case<Expected> {
  name: string;
  input: { probabilities: Tensor; labels: Tensor };
  expected: Expected;
}

interface Multiclass {
  accuracy: number;
  top2: number;
  confusion: number[][];
  precision: number[];
  recall: number[];
  f1: number[];
  macroF1: number;
  cohenKappa: number;
  aucOvrMacro: number;
  balancedAccuracy: number;
}

interface Binary {
  rocAuc: number;
  averagePrecision: number;
  "precisionAt.5": number;
  "recallAt.5": number;
  logLoss: number;
  brier: number;
  matthews: number;
}

const path = new URL("../../fixtures/oracles/classification_metrics.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: [Case<Multiclass>, Case<Binary>] };

/** 200 examples of 5 classes, with the numbers that a reference library computed. */
export const multiclass = caseOf(cases[0]);

/** 200 examples of 2 classes; the probabilities are those of class 1. */
export const binary = caseOf(cases[1]);

/** The same as rows of two probabilities. */
export const binaryRows = binary.probabilities.flatMap((p) => [1 - p, p]);

function caseOf<Expected>({ input, expected }: Case<Expected>) {
  const labels = (Array.isArray(input.labels) ? input.labels : input.labels.data) as number[];
  return { labels, probabilities: input.probabilities.data, expected };
}
