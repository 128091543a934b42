export { binCounts, quantileEdges } from "./bins.ts";
export { holm } from "./holm.ts";
export {
  clusteredKolmogorovSmirnov,
  type ClusteredValues,
  kolmogorovSmirnov,
  type KolmogorovSmirnov,
} from "./kolmogorovSmirnov.ts";
export { meanDiscrepancy, type MeanDiscrepancy } from "./meanDiscrepancy.ts";
export { type PermutationOptions, type PermutationResult, permutationTest } from "./permutation.ts";
export { principalPlane } from "./principalPlane.ts";
export { nearestDistances, scaledVectors, squaredDistance } from "./vectors.ts";
export { gStatistic, jensenShannonDistance, populationStability, shareTest, totalVariation } from "./shares.ts";
