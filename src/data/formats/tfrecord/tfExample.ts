import protobuf from "protobufjs";
import { AnchorkitError, messageOf } from "../../../base/errors.ts";

/** A feature of a tf.train.Example: a list of bytes, floats or whole numbers. */
export type Feature =
  { bytesList: { value: Uint8Array[] } } | { floatList: { value: number[] } } | { int64List: { value: number[] } };

/** A tf.train.Example: features by name. */
export type Features = Record<string, Feature>;

/** The bytes of a tf.train.Example. */
export function encodeExample(feature: Features): Uint8Array {
  return Example.encode(Example.fromObject({ features: { feature } })).finish();
}

/**
 * Reads a tf.train.Example.
 *
 * @param where file and record, for messages
 * @throws AnchorkitError for bytes that are none
 */
export function decodeExample(content: Uint8Array, where: string): ExampleReader {
  try {
    const example = Example.toObject(Example.decode(content), { longs: Number }) as {
      features?: { feature?: Features };
    };
    return new ExampleReader(example.features?.feature ?? {}, where);
  } catch (error) {
    throw new AnchorkitError(`${where}: is no tf.train.Example: ${messageOf(error)}`, { cause: error });
  }
}

/** Features by name, checked for their type; a feature that is not there is an empty list. */
export class ExampleReader {
  readonly #features: ReadonlyMap<string, Feature>;
  readonly where: string;

  constructor(features: Features, where: string) {
    this.#features = new Map(Object.entries(features));
    this.where = where;
  }

  names(): string[] {
    return [...this.#features.keys()];
  }

  bytes(name: string): Uint8Array[] {
    return this.#listOf(name, "bytesList", "bytes") as Uint8Array[];
  }

  /** Bytes as UTF-8 text. */
  texts(name: string): string[] {
    return this.bytes(name).map((bytes) => {
      try {
        return UTF8.decode(bytes);
      } catch {
        throw new AnchorkitError(`${this.where}: "${name}" is not text in UTF-8`);
      }
    });
  }

  floats(name: string): number[] {
    return this.#listOf(name, "floatList", "floats") as number[];
  }

  integers(name: string): number[] {
    return this.#listOf(name, "int64List", "whole numbers") as number[];
  }

  #listOf(name: string, kind: string, shown: string): readonly unknown[] {
    const [list] = Object.entries(this.#features.get(name) ?? {}) as [string, { value?: readonly unknown[] }][];
    if (!list) return []; // TensorFlow writes features without a value as such without a kind
    if (list[0] !== kind) throw new AnchorkitError(`${this.where}: "${name}" must hold ${shown}`);
    return list[1].value ?? [];
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Field numbers from TensorFlow's public example.proto and feature.proto. */
const Example = protobuf.Root.fromJSON({
  nested: {
    BytesList: { fields: { value: { rule: "repeated", type: "bytes", id: 1 } } },
    FloatList: { fields: { value: { rule: "repeated", type: "float", id: 1, options: { packed: true } } } },
    Int64List: { fields: { value: { rule: "repeated", type: "int64", id: 1, options: { packed: true } } } },
    Feature: {
      oneofs: { kind: { oneof: ["bytesList", "floatList", "int64List"] } },
      fields: {
        bytesList: { type: "BytesList", id: 1 },
        floatList: { type: "FloatList", id: 2 },
        int64List: { type: "Int64List", id: 3 },
      },
    },
    Features: { fields: { feature: { keyType: "string", type: "Feature", id: 1 } } },
    Example: { fields: { features: { type: "Features", id: 1 } } },
  },
} as protobuf.INamespace).lookupType("Example");
