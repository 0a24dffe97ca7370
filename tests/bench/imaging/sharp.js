// sharp as its users call it: node sharp.js INPUT OUTPUT WIDTH FORMAT [RUNS], FORMAT as {"type", "quality", ..}.
// With RUNS, that many edits in this process, a JSON line {"cpu_ms", "wall_ms"} for each. One thread, and no cache, since
// every picture of a server is another.
const sharp = require('sharp');

const [input, output, width, format, runs] = process.argv.slice(2);
const { type, ...options } = JSON.parse(format);
sharp.concurrency(1);
sharp.cache(false);

const edit = () => sharp(input, {}).resize(Number(width)).toFormat(type, options).toFile(output);

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
