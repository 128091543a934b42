/** What is kept of the images themselves. */
export const IMAGE_FORMS = ["small", "original", "none"] as const;
export type ImageForm = (typeof IMAGE_FORMS)[number];
