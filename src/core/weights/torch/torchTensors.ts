import { AnchorkitError } from "../../../base/errors.ts";
import type { WeightValue } from "../../namedWeights.ts";
import type { FloatKind } from "../floats.ts";
import { PickledGlobal, type PickleRules } from "./unpickle.ts";

/** Numbers of one type, which tensors are views of. */
export class TorchStorage {
  readonly key: string;
  /** Undefined: no floating-point numbers that are read. */
  readonly kind: FloatKind | undefined;
  /** Bytes of one of them. */
  readonly size: number;
  /** How many there are. */
  readonly count: number;

  constructor(key: string, { kind, size }: StorageType, count: number) {
    this.key = key;
    this.kind = kind;
    this.size = size;
    this.count = count;
  }
}

/** A view of a storage: value [i, j, …] is number `offset + i strides[0] + j strides[1] + …` of it. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /** How many values it has. */
  get count(): number {
    return this.shape.reduce((product, side) => product * side, 1);
  }
}

interface StorageType {
  kind?: FloatKind;
  size: number;
}

/** By the name of the class in `torch`, without "Storage". */
const STORAGES: Readonly<Record<string, StorageType>> = {
  Float: { kind: "F32", size: 4 },
  Double: { kind: "F64", size: 8 },
  Half: { kind: "F16", size: 2 },
  BFloat16: { kind: "BF16", size: 2 },
  ...{ Long: { size: 8 }, Int: { size: 4 }, Short: { size: 2 }, Char: { size: 1 }, Byte: { size: 1 } },
  ...{ Bool: { size: 1 }, ComplexFloat: { size: 8 }, ComplexDouble: { size: 16 }, Untyped: { size: 1 } },
};

const MOST_DIMENSIONS = 16;

/** What a file that torch.save wrote may ask for: tensors, and what plain containers need. */
export function torchRules(path: string): PickleRules {
  const wrong = (what: string): never => {
    throw new AnchorkitError(`${path}: damaged: ${what}; take it from a copy`);
  };
  const calls: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    "collections.OrderedDict": ([items]) => (items === undefined ? new Map() : mapFrom(items, wrong)),
    "torch.Size": ([shape]) => shape,
    "torch.device": () => null,
    "torch._utils._rebuild_tensor": (args) => tensorFrom(args, wrong),
    "torch._utils._rebuild_tensor_v2": (args) => tensorFrom(args, wrong),
    "torch._utils._rebuild_tensor_v3": (args) => tensorFrom(args, wrong),
    "torch._utils._rebuild_parameter": ([tensor]) => tensor,
    "torch._utils._rebuild_parameter_with_state": ([tensor]) => tensor,
  };
  return {
    knows: (name) => Object.hasOwn(calls, name) || storageType(name) !== undefined || DTYPE.test(name),
    call(name, args) {
      const make = Object.hasOwn(calls, name) ? calls[name] : undefined;
      return make ? make(args) : wrong(`it calls ${name}`);
    },
    persistent: (id) => storageFrom(id, wrong),
  };
}

/**
 * The values of a tensor in the order of its shape; a view of the storage's where they lie so already.
 *
 * @param all those of its storage
 */
export function torchValues({ shape, strides, offset, count }: TorchTensor, all: Float32Array): WeightValue {
  if (isContiguous(shape, strides)) return { shape, values: all.subarray(offset, offset + count) };
  const values = new Float32Array(count);
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < count; to++) {
    values[to] = all[from] ?? NaN;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [side = 1, stride = 0, at = 0] = [shape[axis], strides[axis], index[axis]];
      from += stride;
      index[axis] = at + 1;
      if (at + 1 < side) break;
      from -= stride * side;
      index[axis] = 0;
    }
  }
  return { shape, values };
}

/** torch.float32 and the like. */
const DTYPE = /^torch\.(u?int\d+|b?float\d+\w*|complex\d+|bool)$/;

function storageType(name: string): StorageType | undefined {
  const own = /^torch\.(?:cuda\.|storage\.)?_?([A-Za-z0-9]+)Storage$/.exec(name)?.[1];
  return own !== undefined && Object.hasOwn(STORAGES, own) ? STORAGES[own] : undefined;
}

type Wrong = (what: string) => never;

/** ("storage", its class, its key, device, count), and from torch before 1.6 which part of it: None if all. */
function storageFrom(id: unknown, wrong: Wrong): TorchStorage {
  const [what, type, key, , count, part] = Array.isArray(id) ? (id as unknown[]) : [];
  if (what !== "storage" || !(type instanceof PickledGlobal)) return wrong("it refers to what is no storage");
  const found = storageType(type.name);
  if (!found || typeof key !== "string" || !isCount(count)) return wrong("it refers to a storage that cannot be");
  if (part !== undefined && part !== null) return wrong(`the storage ${key} is a part of another, which is not read`);
  return new TorchStorage(key, found, count);
}

function tensorFrom([storage, offset, shape, strides]: readonly unknown[], wrong: Wrong): TorchTensor {
  if (!(storage instanceof TorchStorage) || !isCount(offset) || !areCounts(shape) || !areCounts(strides)) {
    return wrong("it builds a tensor of what is none");
  }
  const tensor = new TorchTensor(storage, offset, shape, strides);
  const last = shape.reduce((at, side, axis) => at + (side - 1) * (strides[axis] ?? 0), offset);
  if (shape.length !== strides.length || shape.length > MOST_DIMENSIONS) {
    return wrong(`a tensor has ${shape.length} sides and ${strides.length} strides`);
  }
  if (tensor.count > 0 && !(last < storage.count)) {
    return wrong(
      `a tensor of shape [${shape.join(", ")}] ends behind its storage ${storage.key} of ${storage.count} values`,
    );
  }
  return tensor;
}

function mapFrom(items: unknown, wrong: Wrong): Map<unknown, unknown> {
  if (items instanceof Map) return new Map<unknown, unknown>(items);
  if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2)) {
    return wrong("it makes a dict of what are no pairs");
  }
  return new Map(items as [unknown, unknown][]);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areCounts(values: unknown): values is number[] {
  return Array.isArray(values) && values.every(isCount);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const side = shape[axis] ?? 1;
    if (side !== 1 && strides[axis] !== step) return false;
    step *= side;
  }
  return true;
}
