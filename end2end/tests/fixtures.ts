// What every browser test builds on: import `test` and `expect` from here.
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, type Page, type TestInfo, expect, test as base } from "@playwright/test";

type Fixtures = {
  /** Console errors that this test provokes on purpose: `test.use({ expectedConsoleErrors: [/404/] })`. */
  expectedConsoleErrors: RegExp[];
  /** Fails the test when a page logs an error or throws one. Always on. */
  quietConsole: void;
};

export const test = base.extend<Fixtures>({
  expectedConsoleErrors: [[], { option: true }],
  quietConsole: [
    async ({ context, expectedConsoleErrors }, use) => {
      const errors = consoleErrors(context);
      await use();
      const unexpected = errors.filter((text) => !expectedConsoleErrors.some((known) => known.test(text)));
      expect(unexpected, "errors in the browser's console").toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Collects errors of all pages of a context; for contexts that a test opens itself. */
export function consoleErrors(context: BrowserContext): string[] {
  const errors: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => errors.push(`${error.error().message} (${error.page()?.url() ?? "no page"})`));
  return errors;
}

/** The accounts that `serve --demo` creates. */
export const accounts = {
  developer: { email: "dev@example.com", password: "demo-developer" },
  admin: { email: "admin@example.com", password: "demo-administrator" },
} as const;

/** Signs in through the form, as a person does; works without JavaScript. */
export async function signIn(page: Page, who: keyof typeof accounts): Promise<void> {
  await page.goto("/sign-in");
  const form = page.locator("form", { has: page.locator("[name=password]") });
  await form.locator("[name=email]").fill(accounts[who].email);
  await form.locator("[name=password]").fill(accounts[who].password);
  await Promise.all([
    page.waitForURL((url) => url.pathname !== "/sign-in"),
    form.locator("[type=submit]").click(),
  ]);
}

/**
 * No violation of WCAG 2.2 A or AA that axe can see, in the state the page is in now.
 * Axe is itself JavaScript in the page: a test that also runs without it is checked on the desktop only.
 */
export async function expectAccessible(page: Page): Promise<void> {
  if (test.info().project.use.javaScriptEnabled === false) return;
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.target.join(" ")}`).join("\n")}`,
  );
  expect(found, `accessibility of ${page.url()}`).toEqual([]);
}

export const themes = ["light", "dark"] as const;

/** Shows the page as in a system set to light or dark. */
export async function setTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
}

/** Keeps the whole page, in both themes, as artefacts/{name}-{project}-{theme}.png. */
export async function screenshots(page: Page, name: string, info: TestInfo = test.info()): Promise<void> {
  for (const theme of themes) {
    await setTheme(page, theme);
    const path = `artefacts/${name}-${info.project.name}-${theme}.png`;
    await page.screenshot({ path, fullPage: true, animations: "disabled", caret: "hide" });
  }
}
