// OUTPUT PHOTOGRAPH...: 4000x3000 pixels of 250x250 pieces cut from photographs at their own scale.
const sharp = require("sharp");

const [output, ...photographs] = process.argv.slice(2);
const PIECE = 250;

(async () => {
  const pieces = [];
  for (let index = 0; index < 16 * 12; index += 1) {
    const photograph = photographs[index % photographs.length];
    const { width, height } = await sharp(photograph).metadata();
    const left = (index * 37) % (width - PIECE);
    const top = (index * 61) % (height - PIECE);
    const input = await sharp(photograph).removeAlpha().extract({ left, top, width: PIECE, height: PIECE }).png().toBuffer();
    pieces.push({ input, left: (index % 16) * PIECE, top: Math.floor(index / 16) * PIECE });
  }
  const canvas = { width: 16 * PIECE, height: 12 * PIECE, channels: 3, background: "#000" };
  await sharp({ create: canvas }).composite(pieces).jpeg({ quality: 90 }).toFile(output);
})();
