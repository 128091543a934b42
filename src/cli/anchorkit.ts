#!/usr/bin/env node
import { run } from "./run.ts";

await run(async () => (await import("./commands.ts")).anchorkitProgram());
