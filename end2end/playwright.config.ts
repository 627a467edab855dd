import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

// A test without a tag runs on the desktop and on the phone, against one server
// whose state all tests share. Tags in its title say otherwise:
//   @once   changes what can be changed only once: on the desktop only
//   @nojs   must hold without JavaScript too: also there
const once = /@once/;
const nojs = /@nojs/;

const port = Number(process.env.ALLOWANCE_E2E_PORT ?? 3100);
const baseURL = `http://127.0.0.1:${port}`;

// Another browser by CHROMIUM, else Debian's, else the one Playwright installed.
const debian = "/usr/bin/chromium";
const executablePath = process.env.CHROMIUM || (existsSync(debian) ? debian : undefined);

const { defaultBrowserType: _, ...chromePhone } = devices["Pixel 7"];
const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { ...chromePhone, viewport: { width: 390, height: 844 }, screen: { width: 390, height: 844 }, deviceScaleFactor: 2 };

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results/files",
  workers: 2,
  // Where nobody watches, a test may try twice; one that had to is named as flaky at the end.
  retries: process.env.CI ? 1 : 0,
  timeout: 30_000,
  forbidOnly: !!process.env.CI,
  reporter: [["list"], ["json", { outputFile: "test-results/report.json" }]],
  use: {
    baseURL,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // A trace of every step costs a tenth of the time: `--trace on` where a failure asks for one.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop", use: desktop },
    { name: "phone", grepInvert: once, use: phone },
    { name: "nojs", grep: nojs, use: { ...desktop, javaScriptEnabled: false } },
  ],
  webServer: {
    command: "./serve.sh",
    url: `${baseURL}/healthz`,
    env: { ALLOWANCE_LISTEN: `127.0.0.1:${port}` },
    reuseExistingServer: false,
    timeout: 60_000,
    stderr: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 5_000 },
  },
});
