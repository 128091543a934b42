import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The address of the user's Python package index: the first of PIP_INDEX_URL, UV_DEFAULT_INDEX, UV_INDEX_URL and the
 * `index-url` of pip's configuration files (the user's before the machine's); undefined where none is set.
 */
export function userIndexAddress(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const set = [env.PIP_INDEX_URL, env.UV_DEFAULT_INDEX, env.UV_INDEX_URL].find(
    (value) => value !== undefined && value !== "",
  );
  if (set !== undefined) return set;
  for (const file of pipConfigFiles(env)) {
    const address = indexUrlOf(file);
    if (address !== undefined) return address;
  }
  return undefined;
}

/** Where pip looks for its configuration, the strongest first (pip's documentation, "Configuration"). */
function pipConfigFiles(env: NodeJS.ProcessEnv): string[] {
  const home = homedir();
  const files: (string | undefined)[] = [env.PIP_CONFIG_FILE, env.VIRTUAL_ENV && join(env.VIRTUAL_ENV, "pip.conf")];
  if (process.platform === "darwin") files.push(join(home, "Library", "Application Support", "pip", "pip.conf"));
  files.push(join(env.XDG_CONFIG_HOME ?? join(home, ".config"), "pip", "pip.conf"), join(home, ".pip", "pip.conf"));
  files.push("/etc/xdg/pip/pip.conf", "/etc/pip.conf");
  return files.filter((file): file is string => file !== undefined && file !== "");
}

function indexUrlOf(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined; // most of these files are not there
  }
  let section = "";
  for (const line of text.split("\n")) {
    section = /^\s*\[(\w+)\]/.exec(line)?.[1] ?? section;
    const address = /^\s*index-url\s*[=:]\s*(\S+)/.exec(line)?.[1];
    if (address !== undefined && (section === "global" || section === "download")) return address;
  }
  return undefined;
}
