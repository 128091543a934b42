import { z } from "zod";
import { describeIssue } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { Refusal } from "../refusal.ts";
import { readPixelArray } from "./pixelArray.ts";
import type { Received } from "./received.ts";

const Encoded = z.object({ b64: z.string().describe("the bytes of an image file, in base64") });

/** An image in a request as TensorFlow Serving takes it. */
const Instance = z.union([
  Encoded,
  z.object({ image_bytes: Encoded }),
  z.array(z.unknown()).describe("pixels, [height][width][3]: numbers from 0 to 255"),
]);

/** The body of a request as TensorFlow Serving takes it. */
export const PredictBody = z.object({
  signature_name: z.string().optional().describe("serving_default; there is no other"),
  instances: z.array(Instance).min(1),
});

/** One of the images, or why it is none. */
export type Instances = (Received | Refusal)[];

/**
 * The images of a request in the form of TensorFlow Serving. One that is no image is a Refusal in its place.
 *
 * @param text JSON @throws Refusal for what is no such request, and for more than `most` images
 */
export function readInstances(text: string, { most, maxPixels }: { most: number; maxPixels: number }): Instances {
  const { signature_name: signature = SIGNATURE, instances } = parsed(text);
  if (signature !== SIGNATURE) {
    throw new Refusal(400, `signature_name: there is no signature ${JSON.stringify(signature)}, only ${SIGNATURE}`);
  }
  if (instances.length > most) {
    throw new Refusal(413, `instances: holds ${instances.length} images; ${most} are the most that a request may hold`);
  }
  return instances.map((instance) => {
    try {
      if (Array.isArray(instance)) return { pixels: readPixelArray(instance, maxPixels) };
      const { b64 } = "b64" in instance ? instance : instance.image_bytes;
      return { encoded: Buffer.from(b64, "base64") };
    } catch (error) {
      if (error instanceof AnchorkitError) return new Refusal(400, error.message);
      throw error;
    }
  });
}

/** The one signature that there is. */
export const SIGNATURE = "serving_default";

function parsed(text: string): z.infer<typeof PredictBody> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, `the body is no JSON: ${(error as Error).message}`);
  }
  const result = PredictBody.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new Refusal(400, describeIssue(result.error.issues[0]));
}
