import { PICTURES, type PictureType } from "../answers/drawAnswer.ts";

/**
 * The kind of picture that an `Accept` header asks for before JSON; undefined where it is content with JSON. Of kinds that it
 * likes equally the first counts.
 */
export function pictureAsked(accept = "*/*"): PictureType | undefined {
  const liked = accept
    .split(",")
    .map((part) => {
      const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { type } of liked) {
    if (type === "image/*") return "image/png";
    if (Object.hasOwn(PICTURES, type)) return type as PictureType;
    if (["application/json", "application/*", "*/*"].includes(type)) return undefined;
  }
  return undefined;
}
