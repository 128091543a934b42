import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The Python of a virtual environment that holds the packages; made when it is not there. */
export function pythonWith(packages: readonly string[], folder: string): string {
  const python = join(folder, "bin", "python");
  const done = join(folder, "complete");
  if (existsSync(done)) return python;
  console.error(`making ${folder} with ${packages.join(" ")}`);
  execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
    stdio: "inherit",
  });
  execFileSync("touch", [done]);
  return python;
}
