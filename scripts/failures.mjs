// Prints the output of the failed tests in a file of `go test -json` events.
import { readFileSync } from "node:fs";

const output = new Map();
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  if (!line.startsWith("{")) {
    if (line) console.log(line);
    continue;
  }
  const e = JSON.parse(line);
  const key = `${e.Package} ${e.Test ?? ""}`;
  if (e.Action === "output" || e.Action === "build-output") {
    output.set(key, (output.get(key) ?? "") + e.Output);
  }
  if (e.Action === "build-output") process.stdout.write(e.Output);
  if (e.Action === "fail") console.log(`--- ${key}\n${(output.get(key) ?? "").slice(-6000)}`);
}
