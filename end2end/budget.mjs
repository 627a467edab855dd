// How much a browser downloads before the islands live: every .wasm and .js of
// the release, compressed as a server would send it (brotli, quality 11).
// Fails over the number in budget.json (kB of 1,000 bytes).
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const pkg = fileURLToPath(new URL("../target/site/pkg", import.meta.url));
const { wasm_js_brotli_kb: budget } = JSON.parse(readFileSync(new URL("budget.json", import.meta.url), "utf8"));

function brotli(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

function files() {
  try {
    return readdirSync(pkg, { recursive: true }).filter((name) => /\.(wasm|js)$/.test(name)).sort();
  } catch {
    return [];
  }
}

const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
const rows = files().map((name) => {
  const bytes = readFileSync(join(pkg, name));
  return { name, plain: bytes.length, sent: brotli(bytes) };
});
const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
if (!rows.some((row) => row.name.endsWith(".wasm"))) {
  console.error(`no WebAssembly in ${relative(process.cwd(), pkg)}: build the release first (make build)`);
  process.exit(1);
}

console.log("  plain kB brotli kB  file");
for (const row of rows) console.log(`${kb(row.plain)} ${kb(row.sent)}   ${row.name}`);
console.log(`${kb(sum("plain"))} ${kb(sum("sent"))}   all, of ${budget} kB allowed`);
if (sum("sent") > budget * 1000) {
  console.error("over the budget: see what grew, or argue for a larger number in end2end/budget.json");
  process.exit(1);
}
