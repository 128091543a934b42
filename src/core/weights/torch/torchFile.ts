import { AnchorkitError } from "../../../base/errors.ts";
import type { ZipArchive } from "../../../base/zip.ts";
import type { WeightValue } from "../../namedWeights.ts";
import { floatsFrom, type Tensors } from "../floats.ts";
import { TorchTensor, torchRules, type TorchStorage, torchValues } from "./torchTensors.ts";
import { unpickle } from "./unpickle.ts";

/** What a pickle holds, and where the bytes of its storages are. */
interface Saved {
  root: unknown;
  bytesOf(storage: TorchStorage): Promise<Uint8Array>;
}

const LARGEST_PICKLE = 2 ** 26;

/** What torch.save began its files with before torch 1.6: this number as a pickle of protocol 2. */
const MAGIC = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");
const PROTOCOL_VERSION = 1001;

/** Under which names checkpoints keep the weights. */
const WEIGHTS = ["state_dict", "model_state_dict", "model", "module", "net"];

/** Whether bytes begin as a file of torch.save does, in the form of before torch 1.6. */
export function isLegacyTorch(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/**
 * Reads the tensors of a file that torch.save wrote: of a state_dict, or of a checkpoint that has one. Its pickle is read
 * by `unpickle`, and nothing of it is run.
 *
 * @param zip the file as an archive, as torch 1.6 and later write it; undefined: pickles that follow each other and
 * then the storages, each behind the count of its numbers
 * @throws AnchorkitError if it is damaged or cut off, holds no weights, or asks for what is no tensor
 */
export async function readTorch(bytes: Uint8Array, path: string, zip?: ZipArchive): Promise<Tensors> {
  const saved = zip ? await openArchive(zip, path) : openLegacy(bytes, path);
  const { weights, leftOut } = weightsIn(saved.root, path);
  const named = [...weights].filter((entry): entry is [string, TorchTensor] => entry[1] instanceof TorchTensor);
  const floats = named.filter(([, { storage }]) => storage.kind !== undefined);
  checkSizes(floats, bytes.length, path);
  const storages = new Map<string, Float32Array>();
  const tensors = new Map<string, WeightValue>();
  for (const [name, tensor] of floats) {
    const { key, kind = "F32" } = tensor.storage;
    const all = storages.get(key) ?? floatsFrom(kind, await saved.bytesOf(tensor.storage));
    storages.set(key, all);
    tensors.set(name, torchValues(tensor, all));
  }
  for (const name of weights.keys()) if (typeof name === "string" && !tensors.has(name)) leftOut.push(name);
  return { tensors, metadata: {}, leftOut };
}

/** `archive/data.pkl`, and `archive/data/<key>` for each storage, under whatever name for `archive`. */
async function openArchive(zip: ZipArchive, path: string): Promise<Saved> {
  const [pickle, ...others] = zip.names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined || others.length > 0) {
    throw new AnchorkitError(`${path}: a zip archive, but not one of torch.save: has no data.pkl`);
  }
  const folder = pickle.slice(0, -"data.pkl".length);
  if (zip.names.includes(`${folder}byteorder`)) {
    const order = Buffer.from(await zip.read(`${folder}byteorder`, 16)).toString("latin1");
    if (order !== "little") throw new AnchorkitError(`${path}: its numbers are ${order}-endian; save it again on a PC`);
  }
  const { value } = unpickle(await zip.read(pickle, LARGEST_PICKLE), torchRules(path), { path });
  return {
    root: value,
    async bytesOf({ key, size, count }) {
      const own = await zip.read(`${folder}data/${key}`, size * count);
      if (own.length === size * count) return own;
      throw new AnchorkitError(`${path}: damaged: the storage ${key} has ${own.length} of ${size * count} bytes`);
    },
  };
}

/** Pickles: the magic number, the version, the machine, the object, the storages' keys in order; then these. */
function openLegacy(bytes: Uint8Array, path: string): Saved {
  const rules = torchRules(path);
  const storages = new Map<string, TorchStorage>();
  const noted = {
    ...rules,
    persistent(id: unknown): unknown {
      const storage = rules.persistent(id) as TorchStorage;
      storages.set(storage.key, storage);
      return storage;
    },
  };
  const damaged = (what: string): never => {
    throw new AnchorkitError(`${path}: damaged, or cut off: ${what}; take it from a copy`);
  };
  const version = unpickle(bytes, rules, { path, at: MAGIC.length });
  if (version.value !== PROTOCOL_VERSION) return damaged("it is of no version that is known");
  const machine = unpickle(bytes, rules, { path, at: version.end });
  const about: ReadonlyMap<unknown, unknown> = machine.value instanceof Map ? machine.value : new Map();
  if (about.get("little_endian") !== true) {
    throw new AnchorkitError(`${path}: its numbers are not little-endian; save it again on a PC`);
  }
  const { value: root, end } = unpickle(bytes, noted, { path, at: machine.end });
  const keys = unpickle(bytes, rules, { path, at: end });
  if (!Array.isArray(keys.value)) return damaged("it has no list of storages");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of keys.value as unknown[]) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage) return damaged("it lists a storage that no tensor has");
    const end = at + 8 + storage.size * storage.count;
    if (end > bytes.length) return damaged(`the storage ${storage.key} is not there in full`);
    if (view.getBigInt64(at, true) !== BigInt(storage.count))
      return damaged(`the storage ${storage.key} is of another size`);
    places.set(storage.key, bytes.subarray(at + 8, end));
    at = end;
  }
  return {
    root,
    bytesOf: ({ key }) => Promise.resolve(places.get(key) ?? damaged(`the storage ${key} is not listed`)),
  };
}

/** The dict that has the tensors, itself or as a checkpoint's; and the names of what is beside it. */
function weightsIn(root: unknown, path: string): { weights: Map<unknown, unknown>; leftOut: string[] } {
  if (root instanceof Map) {
    const all = root as Map<unknown, unknown>;
    if ([...all.values()].some((value) => value instanceof TorchTensor)) return { weights: all, leftOut: [] };
    for (const name of WEIGHTS) {
      const inside = all.get(name);
      if (!(inside instanceof Map) || ![...inside.values()].some((value) => value instanceof TorchTensor)) continue;
      const leftOut = [...all.keys()].filter((key): key is string => typeof key === "string" && key !== name);
      return { weights: inside as Map<unknown, unknown>, leftOut };
    }
  }
  const where = WEIGHTS.map((name) => `"${name}"`).join(", ");
  throw new AnchorkitError(`${path}: has no tensors by name, neither itself nor under ${where}; save a state_dict()`);
}

/** Each storage is within the file, and values are no more than there are bytes, however views of storages overlap. */
function checkSizes(tensors: readonly [string, TorchTensor][], fileSize: number, path: string): void {
  const storages = new Map(tensors.map(([, { storage }]) => [storage.key, storage.size * storage.count]));
  const stored = [...storages.values()].reduce((sum, size) => sum + size, 0);
  const values = tensors.reduce((sum, [, { count }]) => sum + count, 0);
  if (stored <= fileSize && values <= fileSize) return;
  throw new AnchorkitError(
    `${path}: damaged: speaks of ${values} values in ${stored} bytes, and the file has ${fileSize} bytes`,
  );
}
