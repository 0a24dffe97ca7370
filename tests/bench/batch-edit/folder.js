// A folder as users of sharp edit it: node folder.js IN OUT WIDTH CONCURRENCY. So many files at the same time, one thread each, and no cache,
// since every picture is another. Prints a JSON line with the CPU time of it all.
const fs = require('fs');
const path = require('path');
const sharp = require('sharp');

const [from, to, width, concurrency] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);

(async () => {
  const names = fs.readdirSync(from).sort();
  fs.mkdirSync(to, { recursive: true });
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  let next = 0;
  const worker = async () => {
    while (next < names.length) {
      const name = names[next++];
      const picture = sharp(path.join(from, name)).resize({ width: Number(width) });
      await picture.jpeg({ quality: 85, progressive: true }).toFile(path.join(to, name));
    }
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, worker));
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ cpu_ms: (user + system) / 1000, wall_ms: Number(process.hrtime.bigint() - wall) / 1e6, files: names.length }));
})();
