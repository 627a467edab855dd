// One line of totals from Playwright's JSON report. A run that left no report
// counts as one failure, so that it cannot be read as a success.
import { readFileSync } from "node:fs";

function totals(path) {
  try {
    const { stats, errors = [] } = JSON.parse(readFileSync(path, "utf8"));
    const passed = stats.expected + stats.flaky;
    const failed = stats.unexpected + errors.length;
    if (stats.flaky) console.log(`browser: ${stats.flaky} passed only at the second try`);
    return { passed, failed: passed + failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const { passed, failed } = totals(process.argv[2]);
console.log(`browser: ${passed} passed, ${failed} failed`);
