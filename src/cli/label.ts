#!/usr/bin/env node
import { labelProgram } from "./commands.ts";
import { run } from "./run.ts";

await run(labelProgram());
