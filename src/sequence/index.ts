export * from "./reading/decoding/index.ts";
export type { DecodeOptions, Reading } from "./reading/decode.ts";
export type { Architecture as ReaderArchitecture, ReaderDescription } from "./reading/description.ts";
export { measureReader, type ReaderEvaluation } from "./reading/measure.ts";
export { buildReader, type ReaderNetwork } from "./reading/network.ts";
export { ReaderOptions } from "./reading/options.ts";
export { readerData, type ReaderData, type TextImage } from "./reading/readerData.ts";
export type { LabelledReading } from "./reading/readLabelled.ts";
export { type FileReading, TextReader } from "./reading/textReader.ts";
