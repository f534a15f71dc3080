// Node with mingo: any pipeline over lines of JSON, one thread. Prints the seconds it took.
import { readFileSync, writeFileSync } from "node:fs";
import { Aggregator } from "mingo";

const [, , pipelineFile, source, target] = process.argv;
const pipeline = JSON.parse(readFileSync(pipelineFile, "utf8"));
const start = process.hrtime.bigint();
const rows = readFileSync(source, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line));
const result = new Aggregator(pipeline).run(rows);
writeFileSync(target, result.map((row) => JSON.stringify(row) + "\n").join(""));
console.log(Number(process.hrtime.bigint() - start) / 1e9);
