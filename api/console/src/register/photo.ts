/** Which files the doors take as photos (docs/api.md). Pure. */

export const PHOTO_TYPES: readonly string[] = ["image/jpeg", "image/png", "image/webp"];
export const PHOTO_MOST = 8 * 1024 * 1024;

export function isPhoto(file: Pick<Blob, "type" | "size">): boolean {
  return PHOTO_TYPES.includes(file.type) && file.size > 0 && file.size <= PHOTO_MOST;
}
