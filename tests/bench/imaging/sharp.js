// INPUT OUTPUT FORMAT REPEAT: the same edit by sharp; a line of JSON for each run.
const sharp = require("sharp");

sharp.concurrency(1);
sharp.cache(false);

const [input, output, format, repeat] = process.argv.slice(2);
const { type, ...options } = JSON.parse(format);

(async () => {
  for (let run = 0; run < Number(repeat); run += 1) {
    const start = process.cpuUsage();
    await sharp(input).autoOrient().resize({ width: 1000 }).toFormat(type, options).toFile(output);
    const used = process.cpuUsage(start);
    console.log(JSON.stringify({ cpu_ms: (used.user + used.system) / 1000 }));
  }
})();
