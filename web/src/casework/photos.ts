export const MOST_PHOTOS = 9;

/** Enough to see what is the matter, a fourth of what a phone takes. */
const LONGEST_PX = 1_600;
const QUALITY = 0.85;

/** A photo as it is sent: turned upright, no larger than needed, and without what the phone wrote into it. */
export async function shrunk(photo: Blob): Promise<Blob> {
  const picture = await createImageBitmap(photo).catch(() => undefined);
  // What the browser cannot read the service may: it says so if not.
  if (!picture) return photo;
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  return made ?? photo;
}
