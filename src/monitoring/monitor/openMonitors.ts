import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { type Monitor, type MonitoredModel, type MonitorOptions, type Observed, openMonitor } from "./openMonitor.ts";

/** An image that one of several models was asked about, by its name and version. */
export interface ObservedBy extends Observed {
  model: string;
  version: number;
}

/** What watches the inputs of all models of a server, each in a folder of its own. */
export interface Monitors {
  /** See `Monitor`; what comes while a folder is being opened is left out. */
  observe(observed: ObservedBy): void;
  close(): Promise<void>;
}

/** A model's monitor, of one of its versions. */
interface Watched {
  version: number;
  opening: Promise<void>;
  monitor?: Monitor;
}

/**
 * Monitors in a folder, `<folder>/<name>` for each model, opened when a model is asked for the first time, and anew when
 * another version of it answers: records say whose weights they are of.
 *
 * @param describe what a version of a model is; undefined where it is not known any more
 */
export function openMonitors(
  folder: string,
  describe: (model: string, version: number) => MonitoredModel | undefined,
  options: MonitorOptions = {},
): Monitors {
  const watched = new Map<string, Watched>();
  let closed = false;
  const open = async (name: string, version: number, before: Watched | undefined): Promise<Monitor | undefined> => {
    await before?.opening;
    await before?.monitor?.close();
    const model = describe(name, version);
    return model && openMonitor(join(folder, name.replaceAll(/[^\w.-]/g, "_")), model, options);
  };
  const begin = (name: string, version: number): void => {
    const own: Watched = { version, opening: Promise.resolve() };
    own.opening = open(name, version, watched.get(name))
      .then((monitor) => {
        if (monitor) own.monitor = monitor;
      })
      .catch((error: unknown) => options.onProblem?.(`${name} is not monitored: ${messageOf(error)}`));
    watched.set(name, own);
  };
  return {
    observe({ model, version, ...observed }) {
      if (closed) return;
      const own = watched.get(model);
      if (!own || own.version < version) begin(model, version);
      else if (own.version === version) own.monitor?.observe(observed);
    },
    async close() {
      closed = true;
      for (const { opening } of watched.values()) await opening;
      for (const { monitor } of watched.values()) await monitor?.close();
    },
  };
}
