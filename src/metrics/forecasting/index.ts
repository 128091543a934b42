export { type Baseline, baselineReach, BASELINES, type BaselineName, type BaselineWindow } from "./baselines.ts";
export {
  coverage,
  errorsByStep,
  type ForecastErrors,
  forecastErrors,
  naiveScale,
  residualQuantiles,
  skill,
} from "./forecastErrors.ts";
