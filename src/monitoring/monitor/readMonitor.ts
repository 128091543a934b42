import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import { byName } from "../../data/files.ts";
import type { Profile } from "../profile.ts";
import type { WatchedModel } from "../profileFiles.ts";
import { MonitorFolder, type MonitorRecord } from "./monitorFolder.ts";

/** What a monitor has kept, and what of it cannot be used. */
export interface Monitored {
  profiles: Profile[];
  warnings: string[];
}

/**
 * The folder that `openMonitor` writes to: the path itself, or the only one below it, where the monitors of a server are;
 * undefined where there is none.
 *
 * @throws AnchorkitError, naming them, where there are several
 */
export async function monitorAt(path: string): Promise<string | undefined> {
  if (new MonitorFolder(path).exists) return path;
  const names = await readdir(path).catch(() => []);
  const below = names.map((name) => join(path, name)).filter((one) => new MonitorFolder(one).exists);
  if (below.length < 2) return below[0];
  throw new AnchorkitError(`${path}: holds what several models were asked: take one of ${below.join(", ")}`);
}

/**
 * The latest inputs that a monitor has kept of these very weights, so many at most, the oldest first: their numbers as they were written down, and
 * the embeddings of the images that are there. A line that a crash has cut off is passed by, and counted.
 *
 * @throws AnchorkitError where none of these weights is kept
 */
export async function readMonitor(path: string, model: WatchedModel, most: number): Promise<Monitored> {
  const folder = new MonitorFolder(path);
  const weights = model.description.weights?.sha256 ?? "";
  const settings = await folder.readSettings();
  const records = new Map<string, MonitorRecord>();
  let [others, damaged] = [0, 0];
  for (const name of await folder.recordNames()) {
    const file = await folder.readRecords(name);
    damaged += file.damaged;
    if (file.weights !== weights) others += file.records.length;
    else for (const record of file.records) records.set(record.id, record);
  }
  const warnings = [
    ...(others > 0 ? [`${path}: ${countOf(others, "record")} of other weights, left out`] : []),
    ...(damaged > 0 ? [`${path}: ${countOf(damaged, "line")} cut off or damaged, left out`] : []),
  ];
  if (records.size === 0) {
    throw new AnchorkitError([`${path}: nothing is kept here of these weights`, ...warnings].join("; "));
  }
  const images = await folder.images();
  const latest = [...records.values()].sort((a, b) => byName(a.time, b.time)).slice(-Math.min(most, settings.most));
  const profiles = latest.map(({ id, time: _, sha256: __, image, ...numbers }): Profile => {
    const file = image !== undefined && images.has(image) ? folder.image(image) : undefined;
    return { ...numbers, name: image ?? id, ...(file !== undefined && { file }) };
  });
  return { profiles: await embedded(model, profiles), warnings };
}

async function embedded(model: WatchedModel, profiles: readonly Profile[]): Promise<Profile[]> {
  const embeddings = new Map<string, Float32Array>();
  for await (const one of model.embedFiles(profiles.flatMap(({ file }) => file ?? []))) {
    if ("error" in one) throw one.error;
    embeddings.set(one.file, one.embedding);
  }
  return profiles.map((profile) => {
    const embedding = embeddings.get(profile.file ?? "");
    return embedding ? { ...profile, embedding } : profile;
  });
}
