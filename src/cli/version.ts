/** Kept equal to package.json by `npm run check`. */
export const version = '0.1.0'
