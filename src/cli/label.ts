#!/usr/bin/env node
import { addImport } from "./importLabels.ts";
import { createProgram, run } from "./run.ts";

const program = createProgram("label", "Labelled images: read them in any form people have");
addImport(program);
await run(program);
