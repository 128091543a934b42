export { type ClipClassification } from "./clips/classifyClips.ts";
export { type LabelledClip } from "./clips/classifyLabelled.ts";
export { ClipClassifier, type FileClip } from "./clips/clipClassifier.ts";
export { clipsData, type ClipsData } from "./clips/clipsData.ts";
export { type Architecture as ClipArchitecture, type ClipDescription } from "./clips/description.ts";
export { type ClipEvaluation, measureClips } from "./clips/measure.ts";
export { buildClipNetwork, type ClipNetwork } from "./clips/network.ts";
export { ClipClassifierOptions } from "./clips/options.ts";
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
export * from "./reading/decoding/index.ts";
export type { DecodeOptions, Reading } from "./reading/decode.ts";
export type { Architecture as ReaderArchitecture, ReaderDescription } from "./reading/description.ts";
export { measureReader, type ReaderEvaluation } from "./reading/measure.ts";
export { buildReader, type ReaderNetwork } from "./reading/network.ts";
export { ReaderOptions } from "./reading/options.ts";
export { readerData, type ReaderData, type TextImage } from "./reading/readerData.ts";
export type { LabelledReading } from "./reading/readLabelled.ts";
export { type FileReading, TextReader } from "./reading/textReader.ts";
