export * from "./reading/decoding/index.ts";
