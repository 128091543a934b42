import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";

/** A picture of a thing on a transparent ground, as its package has it: a WebP file, or an SVG. */
export interface Picture {
  /** Its Unicode code points, "1f9ed": pictures of one thing in several styles have the same. */
  thing: string;
  encoded: Uint8Array;
}

/** Of Iconify's sets: icons.json and chars.json. */
const Icons = z.object({
  width: z.number(),
  height: z.number(),
  icons: z.record(
    z.string(),
    z.object({ body: z.string(), width: z.number().optional(), height: z.number().optional() }),
  ),
});
const Characters = z.record(z.string(), z.string());

const installed = createRequire(import.meta.url);

/**
 * All pictures of things, in an order that stays the same; see README.md for where they come from and their licences.
 * Left out are flags, skin tones, and what is joined of several (families, professions): too many that look alike.
 */
export async function readPictures(): Promise<Picture[]> {
  const noto = await iconSet("noto");
  const flat = await iconSet("fluent-emoji-flat");
  const named = new Map([...noto.things, ...flat.things].map(([thing, name]) => [name.replaceAll("-", ""), thing]));
  const fx = await iconSet("fxemoji");
  const ofFx = [...fx.pictures.keys()].flatMap((name) => {
    const thing = named.get(name);
    return thing === undefined ? [] : [[thing, name] as const];
  });
  const drawn = [
    [noto.pictures, noto.things],
    [flat.pictures, flat.things],
    [fx.pictures, ofFx],
  ] as const;
  const svgs = drawn.flatMap(([pictures, things]) =>
    [...things].flatMap(([thing, name]) => {
      const encoded = pictures.get(name);
      return encoded ? [{ thing, encoded }] : [];
    }),
  );
  return [...(await fluent3d()), ...svgs];
}

async function fluent3d(): Promise<Picture[]> {
  const folder = join(folderOf("@lobehub/fluent-emoji-3d"), "assets");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".webp")).sort();
  const pictures = files.map(async (file) => {
    const thing = thingOf(file.slice(0, -".webp".length));
    return thing === undefined ? [] : [{ thing, encoded: await readFile(join(folder, file)) }];
  });
  return (await Promise.all(pictures)).flat();
}

async function iconSet(name: string) {
  const folder = folderOf(`@iconify-json/${name}`);
  const { icons, ...usual } = Icons.parse(JSON.parse(await readFile(join(folder, "icons.json"), "utf8")));
  const characters = Characters.parse(JSON.parse(await readFile(join(folder, "chars.json"), "utf8")));
  const pictures = new Map(
    Object.entries(icons).map(([icon, { body, width = usual.width, height = usual.height }]) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="128" height="128" viewBox="0 0 ${width} ${height}">${body}</svg>`;
      return [icon, new TextEncoder().encode(svg)];
    }),
  );
  const things = Object.entries(characters).flatMap(([points, icon]) => {
    const thing = thingOf(points);
    return thing === undefined ? [] : [[thing, icon] as const];
  });
  return { pictures, things: new Map(things) };
}

/** The code points without what says how they are shown; undefined for those that are left out. */
function thingOf(points: string): string | undefined {
  const own = points.split("-").filter((point) => point !== "fe0f");
  const left = own.some(
    (point) => point === "200d" || /^1f3f[b-f]$/.test(point) || /^1f1[ef][0-9a-f]$/.test(point) || /^e00/.test(point),
  );
  return left || own.length === 0 ? undefined : own.join("-");
}

function folderOf(name: string): string {
  return dirname(installed.resolve(`${name}/package.json`));
}
