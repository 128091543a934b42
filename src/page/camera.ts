/** The picture of a camera, as long as it is wanted. */
export class Camera {
  readonly #video: HTMLVideoElement;
  #stream: MediaStream | undefined;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  get isOn(): boolean {
    return this.#stream !== undefined;
  }

  /**
   * Asks for a camera and shows its picture; of a phone, the one at its back unless told.
   *
   * @throws DOMException if the reader says no, or there is none
   */
  async start(deviceId?: string): Promise<void> {
    this.stop();
    // browsers give cameras to pages of https and of this machine alone
    if (!("mediaDevices" in navigator)) throw new Error("cameras work on pages of https:// or localhost alone");
    const choice = deviceId === undefined ? { facingMode: "environment" } : { deviceId: { exact: deviceId } };
    this.#stream = await navigator.mediaDevices.getUserMedia({ video: choice, audio: false });
    this.#video.srcObject = this.#stream;
    await this.#video.play();
  }

  stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  /** Those that there are, which browsers tell once one was allowed. */
  async list(): Promise<MediaDeviceInfo[]> {
    return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  }
}
