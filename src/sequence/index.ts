export type { ForecasterDescription } from "./forecasting/description.ts";
export { type Forecast, Forecaster, type NextValues } from "./forecasting/forecaster.ts";
export {
  type ForecasterEvaluation,
  type ForecastRows,
  measureForecaster,
  type MeasuredColumn,
  type MeasuredForecast,
} from "./forecasting/measure.ts";
export { buildForecaster, type ForecasterNetwork } from "./forecasting/network.ts";
export { ForecastOptions } from "./forecasting/options.ts";
