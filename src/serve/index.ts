export { type RunningServer, startServer } from "./startServer.ts";
export type { LogLevel, ModelSource, ServeOptions } from "./options.ts";
export type { Observation, Observer } from "./observer.ts";
export type { Answer } from "./inference/messages.ts";
