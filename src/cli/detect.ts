#!/usr/bin/env node
import { detectProgram } from "./commands.ts";
import { run } from "./run.ts";

await run(detectProgram());
