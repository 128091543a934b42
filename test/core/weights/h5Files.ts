import { writeFile } from "node:fs/promises";
import { File, FS, type Group, ready } from "h5wasm";

/** What a group holds by name: groups, values of a shape, and attributes. */
export interface H5Tree {
  groups?: Record<string, H5Tree>;
  values?: Record<string, { shape: readonly number[]; values: Float32Array | Float64Array | Int32Array }>;
  attributes?: Record<string, string | string[]>;
}

/** Writes an HDF5 file; its values in compressed pieces or as they are. */
export async function writeH5(path: string, tree: H5Tree, options: { compressed?: boolean } = {}): Promise<Uint8Array> {
  await ready;
  const file = new File("/made.h5", "w");
  fill(file, tree, options.compressed === true);
  file.close();
  const bytes = FS?.readFile("/made.h5") ?? new Uint8Array();
  FS?.unlink("/made.h5");
  await writeFile(path, bytes);
  return bytes;
}

function fill(group: Group, { groups = {}, values = {}, attributes = {} }: H5Tree, compressed: boolean): void {
  for (const [name, value] of Object.entries(attributes)) group.create_attribute(name, value);
  for (const [name, { shape, values: data }] of Object.entries(values)) {
    const pieces = compressed && { chunks: [...shape], compression: "gzip" as const, compression_opts: 4 };
    group.create_dataset({ name, data, shape: [...shape], ...pieces });
  }
  for (const [name, tree] of Object.entries(groups)) fill(group.create_group(name), tree, compressed);
}
