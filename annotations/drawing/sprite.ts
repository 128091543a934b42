import sharp from "sharp";

/** A thing on a transparent ground. */
export class Sprite {
  /** How many of its pixels are more solid than not. */
  readonly area: number;

  constructor(
    readonly rgba: Uint8Array,
    readonly width: number,
    readonly height: number,
  ) {
    this.area = this.#alpha().filter((value) => value >= 128).length;
  }

  /** Its shape, blurred: the form of its shadow. */
  async blurredAlpha(sigma: number): Promise<Uint8Array> {
    const raw = { width: this.width, height: this.height, channels: 1 } as const;
    return sharp(this.#alpha(), { raw }).blur(sigma).extractChannel(0).raw().toBuffer();
  }

  #alpha(): Uint8Array {
    return Uint8Array.from({ length: this.width * this.height }, (_, i) => this.rgba[4 * i + 3] ?? 0);
  }
}

export async function drawSprite(svg: Buffer, width: number, height: number): Promise<Sprite> {
  return new Sprite(await sharp(svg).ensureAlpha().raw().toBuffer(), width, height);
}
