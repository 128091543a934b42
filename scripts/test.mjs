// The whole check: set-up, then types, style, import directions, unused code, entry points and tests.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, run, seconds, tool } from "./run.mjs";
import { setup } from "./setup.mjs";

// Kept from one run to the next; npm ci throws it away with node_modules. ESLint gets no cache: its rules look at the types
// of other files, so that what was right may be wrong though the file is the same.
const cache = join("node_modules", ".cache", "checks");
const lint = ["lint", "eslint", "."];
const checks = [
  ["types", "tsc", "-p", ".", "--incremental", "--tsBuildInfoFile", join(cache, "types.tsbuildinfo")],
  [
    "format",
    "prettier",
    "--check",
    ".",
    "--cache",
    "--cache-strategy=content",
    `--cache-location=${join(cache, "prettier")}`,
  ],
  ["import directions", "depcruise", "src"],
  ["unused code", "knip"],
  ["package entry points", "publint"],
  ["API reference", "typedoc", "--emit", "none", "--skipErrorChecking"], // its links, and that exports are documented
];

const code = await setup();
if (code !== 0) {
  console.log("0 passed, 1 failed");
  process.exit(code);
}

let passed = 0;
let failed = 0;
// Linting takes about as long as all other checks together, so it runs beside them, which follow one another, and beside
// the tests, which do not wait for it; its line comes after theirs, as vitest shows its own meanwhile.
const linting = timed(lint);
for (const check of checks) tell(check, await timed(check));

const report = join(root, "coverage", "vitest.json");
rmSync(report, { force: true });
const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const vitest = await timed(["tests", "vitest", ...args], { quiet: false });
tell(lint, await linting);
const tests = readReport();
passed += tests.numPassedTests;
failed += Math.max(tests.numFailedTests, vitest.code === 0 ? 0 : 1); // a file that does not load has no tests to count
show(["tests", "vitest"], vitest);
console.log(
  `tests: ${tests.numPassedTests} passed, ${tests.numFailedTests} failed, ${tests.numPendingTests} skipped; the ${checks.length + 1} checks count as one test each`,
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function timed([, command, ...args], { quiet = true } = {}) {
  const start = performance.now();
  const result = await run(tool(command), args, { quiet });
  return { ...result, took: seconds(start) };
}

/** Counts a check as passed or failed, and shows it. */
function tell(check, result) {
  if (result.code === 0) passed++;
  else failed++;
  show(check, result);
  if (result.code !== 0) console.log(result.output);
}

function show([name, command], { code, took }) {
  if (code === 130) process.exit(130); // a Ctrl-C, which has reached the others too
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${command}, ${took})`);
}

function readReport() {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 }; // vitest ended before it wrote one
  }
}
