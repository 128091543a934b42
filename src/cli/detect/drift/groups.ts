import type { ImageRecord } from "../../../data/dataset.ts";
import { groupImages } from "../../../data/split/imageGroups.ts";
import type { Profile } from "../../../monitoring/profile.ts";

/**
 * Which images belong together: those in whose names a pattern finds the same, on either side.
 *
 * @throws UsageError for what is no regular expression; AnchorkitError where it matches no name of a side
 */
export function groupsOf(
  sides: readonly (readonly Profile[])[],
  group: string,
): (profile: Profile) => string | undefined {
  const keys = new Map<Profile, string>();
  for (const profiles of sides) {
    const images = profiles.map(({ name, width, height }, id): ImageRecord => ({ id, file: name, width, height, objects: [] })); // prettier-ignore
    for (const [number, places] of groupImages(images, { group }).entries()) {
      for (const place of places) keys.set(profiles[place] as Profile, String(number));
    }
  }
  return (profile) => keys.get(profile);
}
