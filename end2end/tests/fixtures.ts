// What every browser test builds on: import `test` and `expect` from here.
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, type Cookie, type Page, expect, test as base } from "@playwright/test";

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
  /** Has the richest history. Only the main job calls with its keys. */
  developer: { email: "dev@example.com", password: "demo-developer" },
  admin: { email: "admin@example.com", password: "demo-administrator" },
  /** No searches left, and a request that stays open for the screenshots. */
  aisha: { email: "aisha@lantern.example", password: "demo-passenger" },
  /** Sends and withdraws requests. */
  leo: { email: "leo@atelier-nord.example", password: "demo-passenger" },
  /** Is granted calls. */
  priya: { email: "priya@kitesurf.example", password: "demo-passenger" },
  /** Is asked about by others; changes nothing. */
  xiaoming: { email: "xiaoming@yunduan.example", password: "demo-passenger" },
  /** Makes keys and projects; one test's requests are answered twenty at a time. */
  diego: { email: "diego@tranvia.example", password: "demo-passenger" },
  /** Has never called: all of the free quota is left, until one test uses it up. */
  hanna: { email: "hanna@fjord.example", password: "demo-passenger" },
  /** Reads Chinese, and changes her mind in one test. */
  jing: { email: "jing@chayuan.example", password: "demo-passenger" },
  /** Settle their own accounts, each in one of the three runs. */
  noor: { email: "noor@harbour.example", password: "demo-passenger" },
  kofi: { email: "kofi@adinkra.example", password: "demo-passenger" },
  tomas: { email: "tomas@pampa.example", password: "demo-passenger" },
  /** Has used four fifths of the searches; dismisses what the console says of it. */
  vera: { email: "vera@praha.example", password: "demo-passenger" },
  /** Changes the password, and deletes the account. */
  wim: { email: "wim@polder.example", password: "demo-passenger" },
} as const;

export type Person = keyof typeof accounts;

/** Signs in through the form, as a person does; works without JavaScript. */
export async function signIn(page: Page, who: Person): Promise<void> {
  await page.goto("/sign-in");
  const form = page.locator("form", { has: page.locator("[type=password]") });
  await form.locator("[name=email]").fill(accounts[who].email);
  await form.locator("[name=password]").fill(accounts[who].password);
  await Promise.all([
    page.waitForURL((url) => url.pathname !== "/sign-in"),
    form.locator("[type=submit]").click(),
  ]);
}

const sessionCookie = "allowance_session";

// Sessions of this worker, so that not every test has to prove the sign-in again.
const sessions = new Map<Person, Cookie[]>();

/** Makes the visitor one who has signed in before; opens no page. */
export async function enter(page: Page, who: Person): Promise<void> {
  const context = page.context();
  const known = sessions.get(who);
  if (known) return context.addCookies(known);
  const response = await page.request.post("/sign-in", { form: accounts[who], maxRedirects: 0 });
  expect(response.status(), `sign-in of ${who}`).toBe(303);
  // The session only: what this test chose besides, a language for instance, is no other test's.
  const cookies = await context.cookies();
  sessions.set(who, cookies.filter(({ name }) => name === sessionCookie));
}

/** Makes the visitor a stranger. The page is left first: what it still asks for would be refused, and logged. */
export async function leave(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.context().clearCookies();
}

/** Holds what a pattern names back, until the answer is called. */
export async function holdBack(page: Page, pattern: string): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(pattern, async (route) => {
    await held;
    await route.continue();
  });
  return () => release();
}

/** A second browser of somebody else, as wide as the test's own and as watched. */
export async function otherBrowser(browser: Browser, who: Person): Promise<OtherBrowser> {
  const { baseURL, viewport, javaScriptEnabled } = test.info().project.use;
  const context = await browser.newContext({ baseURL, viewport, javaScriptEnabled });
  const errors = consoleErrors(context);
  const page = await context.newPage();
  await enter(page, who);
  const close = async () => {
    await context.close();
    expect(errors, `errors in the console of ${who}`).toEqual([]);
  };
  return { page, close };
}

export type OtherBrowser = { page: Page; close: () => Promise<void> };

/** What axe looks at: colours depend on the theme alone, and take as long as all else. */
export type Looked = "whole" | "colours" | "structure";

/**
 * No violation of WCAG 2.2 A or AA that axe can see, in the state the page is in now.
 * Axe is itself JavaScript in the page: a test that also runs without it is checked on the desktop only.
 */
export async function expectAccessible(page: Page, looked: Looked = "whole"): Promise<void> {
  if (test.info().project.use.javaScriptEnabled === false) return;
  const contrast = "color-contrast";
  const runOnly: Parameters<AxeBuilder["options"]>[0]["runOnly"] =
    looked === "colours"
      ? { type: "rule", values: [contrast] }
      : { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
  const rules = { [contrast]: { enabled: looked !== "structure" } };
  // Without frames of other sites, axe need not open a page of its own for each result.
  const axe = new AxeBuilder({ page }).options({ runOnly, rules, resultTypes: ["violations"] });
  const { violations } = await axe.setLegacyMode(true).analyze();
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

/** Makes the visitor one who chose a language before. */
export async function speak(page: Page, language: "en" | "zh-CN"): Promise<void> {
  const { baseURL } = test.info().project.use;
  await page.context().addCookies([{ name: "language", value: language, url: baseURL ?? "" }]);
}

/** Keeps the whole page, as it is now, as artefacts/{name}.png. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  // What sticks to the top of the window belongs to the top of the picture.
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: `artefacts/${name}.png`, fullPage: true, animations: "disabled", caret: "hide" });
}
