// A job as users of sharp write it: node sharp.js INPUT OUTPUT JOB [RUNS].
// JOB is {"width", "height", "adjustments": {"saturation", "slope", "radius", "amount"}, "format": {"type", "quality", ..}}, all but
// the format optional; width and height together cut what overflows. With RUNS, that many edits in this process, a JSON line
// {"cpu_ms", "wall_ms"} for each. One thread, and no cache, since every picture of a server is another.
const sharp = require('sharp');

const [input, output, text, runs] = process.argv.slice(2);
const { width, height, adjustments, format } = JSON.parse(text);
const { type, ...options } = format;
sharp.concurrency(1);
sharp.cache(false);

// Contrast as a line through mid-grey; the unsharp mask as libvips has it, on lightness: nothing below a difference of 0.8 (of 100),
// then `amount` times the difference, practically without a ceiling.
const adjusted = (picture) => {
  if (!adjustments) return picture;
  const { saturation, slope, radius, amount } = adjustments;
  return picture
    .modulate({ saturation })
    .linear(slope, 127.5 * (1 - slope))
    .sharpen({ sigma: radius, m1: 0, m2: amount, x1: 0.8, y2: 100, y3: 100 });
};

const edit = () => {
  const picture = sharp(input, { limitInputPixels: false });
  const sized = width ? picture.resize(width, height) : picture;
  return adjusted(sized).toFormat(type, options).toFile(output);
};

const timed = async () => {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  await edit();
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ cpu_ms: (user + system) / 1000, wall_ms: Number(process.hrtime.bigint() - wall) / 1e6 }));
};

(async () => {
  if (!runs) return edit();
  for (let run = 0; run < Number(runs); run += 1) await timed();
})();
