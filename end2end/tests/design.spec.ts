// The design system's page is in debug builds only, as the Rust tests leave one.
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, linkSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, expectAccessible, keepPicture, setTheme, test, themes } from "./fixtures";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = `${process.env.CARGO_TARGET_DIR ?? `${root}target`}/debug/allowance`;
const address = "127.0.0.1:3101";

/** A debug build that serves the release's style sheet: its names lie beside the binary. */
async function serve(): Promise<ChildProcess> {
  const folder = `${root}target/end2end-design`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  linkSync(built, `${folder}/allowance`);
  copyFileSync(`${root}target/release/hash.txt`, `${folder}/hash.txt`);
  const server = spawn(`${folder}/allowance`, ["serve", "--upstream", "http://127.0.0.1:1"], {
    env: {
      ...process.env,
      ALLOWANCE_LISTEN: address,
      ALLOWANCE_LOG: "warn",
      DATABASE_URL: `sqlite:${folder}/design.db`,
      LEPTOS_HASH_FILES: "true",
      LEPTOS_OUTPUT_NAME: "allowance",
      LEPTOS_SITE_ROOT: `${root}target/site`,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await expect
    .poll(() => fetch(`http://${address}/healthz`).then(({ ok }) => ok, () => false), { timeout: 20_000 })
    .toBe(true);
  return server;
}

test("the design system stands on one page, which axe passes in both themes @once", async ({ page }) => {
  test.skip(!existsSync(built), "no debug build: `make test` makes one before");
  test.slow();
  const server = await serve();
  try {
    await page.goto(`http://${address}/design`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    // A part that has lost its styles is drawn black, as SVG is.
    for (const fill of await page.locator("figure svg rect").evaluateAll((bars) => bars.map((bar) => getComputedStyle(bar).fill))) {
      expect(fill).not.toBe("rgb(0, 0, 0)");
    }
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `too wide at ${width} px by`).toBeLessThanOrEqual(0);
      for (const theme of themes) {
        await setTheme(page, theme);
        if (width === 1440) await expectAccessible(page);
        await keepPicture(page, `design-${width}-${theme}`);
      }
    }
  } finally {
    server.kill("SIGTERM");
  }
});
