/** What tests get that import fast-check (see vitest.config.ts): the same, with a seed for all properties that say none. */
import fc from "fast-check";
import { fuzzSeed } from "./fuzzSeed.ts";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: fuzzSeed });

export * from "fast-check";
export default fc;
