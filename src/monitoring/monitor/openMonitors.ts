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
  /** See `Monitor`; of what comes while a folder is being opened, the first few wait. */
  observe(observed: ObservedBy): void;
  /** See `Monitor`. */
  close(): Promise<void>;
}

/** Inputs that wait for a folder to be opened, at most: each holds its image. */
const MOST_WAITING = 4;

/** A model's monitor, of one of its versions. */
interface Watched {
  version: number;
  opening: Promise<void>;
  /** Inputs that wait for it. */
  waiting: number;
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
  const begin = (name: string, version: number): Watched => {
    const own: Watched = { version, opening: Promise.resolve(), waiting: 0 };
    own.opening = open(name, version, watched.get(name))
      .then((monitor) => {
        if (monitor) own.monitor = monitor;
      })
      .catch((error: unknown) => options.onProblem?.(`${name} is not monitored: ${messageOf(error)}`));
    watched.set(name, own);
    return own;
  };
  return {
    observe({ model, version, ...observed }) {
      if (closed) return;
      const there = watched.get(model);
      const own = there && there.version >= version ? there : begin(model, version);
      if (own.version > version) return; // a late answer of the version before
      if (own.monitor) own.monitor.observe(observed);
      else if (own.waiting++ < MOST_WAITING) void own.opening.then(() => own.monitor?.observe(observed));
    },
    async close() {
      closed = true;
      for (const { opening } of watched.values()) await opening;
      for (const { monitor } of watched.values()) await monitor?.close();
    },
  };
}
