import { messageOf, UsageError } from "../../base/errors.ts";
import { checkPretrained, locateWeights } from "../../core/weights/weightCache.ts";

/** Makes sure, without a look at any network, that `--pretrained` is a name of weights or leads to something. */
export function requirePretrained(pretrained: string): void {
  try {
    checkPretrained(pretrained);
  } catch (error) {
    throw new UsageError(`--pretrained ${messageOf(error)}`);
  }
}

/**
 * Downloads the weights that a training begins with, unless they are here, and says so on stderr as it goes: the training
 * itself would do it in silence.
 *
 * @param own see `ownOptions`
 */
export async function fetchPretrained({ pretrained }: Readonly<Record<string, unknown>>): Promise<void> {
  if (typeof pretrained === "string") await fetchWeights(pretrained);
}

/** The path of the weights of a name, which are downloaded unless they are here, as stderr says. */
export function fetchWeights(name: string): Promise<string> {
  return locateWeights(name, {
    onMessage(line) {
      process.stderr.write(`${line}\n`);
    },
  });
}
