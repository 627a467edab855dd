// One line of totals from Playwright's JSON report. A run that left no report
// counts as one failure, so that it cannot be read as a success.
import { readFileSync } from "node:fs";

function totals(path) {
  try {
    const { stats, errors = [] } = JSON.parse(readFileSync(path, "utf8"));
    const failed = stats.unexpected + stats.flaky + errors.length;
    return { passed: stats.expected, failed: stats.expected + failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const { passed, failed } = totals(process.argv[2]);
console.log(`browser: ${passed} passed, ${failed} failed`);
