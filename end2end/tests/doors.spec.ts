// Getting in: sign up, join, and a password that was forgotten.
import { expect, expectAccessible, leave, signIn, test } from "./fixtures";
import { askedFor, invited, newMailbox } from "./links";

const PASSWORD = "four words in a row";

test("somebody signs up, opens the link elsewhere, and calls with the first key @nojs", async ({ page, browser, baseURL }) => {
  const email = newMailbox("mia");
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Your request is noted" })).toBeVisible();

  const { viewport, javaScriptEnabled } = test.info().project.use;
  const context = await browser.newContext({ baseURL, viewport, javaScriptEnabled });
  const other = await context.newPage();
  await other.goto(await askedFor(email));
  await expect(other.getByLabel("E-mail")).toHaveValue(email);
  await other.getByLabel("Name").fill("Mia 🌙 <b>نور</b>");
  await other.getByLabel("Password").fill(PASSWORD);
  await other.getByRole("button", { name: "Create account" }).click();
  await expect(other.getByRole("heading", { name: "Welcome", level: 1 })).toBeVisible();
  await expectAccessible(other);
  const key = await other.locator("section.new-key code").first().textContent();
  const answer = await other.request.post("/api/openmem/v1/search/memory", {
    headers: { authorization: `Token ${key}` },
    data: { user_id: "mia", query: "tea", conversation_id: null },
  });
  expect(((await answer.json()) as { code: number }).code).toBe(0);
  await other.goto("/keys");
  await expect(other.getByRole("rowheader")).toContainText("Default key");
  await context.close();
});

test.describe("a link", () => {
  test.use({ expectedConsoleErrors: [/status of (410|404|422)/] });

  test("works once, keeps what was typed, and says what to do when it is over @nojs", async ({ page }) => {
    const link = await invited(newMailbox("noel"));
    await page.goto(link);
    await page.getByLabel("Name").fill("Noël");
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/10 characters or more/);
    await expect(page.getByLabel("Name")).toHaveValue("Noël");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Welcome", level: 1 })).toBeVisible();
    await leave(page);
    await page.goto(link);
    await expect(page.getByText("This link was used already")).toBeVisible();
    await page.getByRole("link", { name: "Ask for another link" }).click();
    await expect(page).toHaveURL(/\/sign-up$/);
  });
});

test("a forgotten password is set anew, once, and the old sessions end @nojs", async ({ page, browser, baseURL }) => {
  const email = newMailbox("olga");
  await page.goto(await invited(email));
  await page.getByLabel("Name").fill("Olga");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Welcome", level: 1 })).toBeVisible();

  const { viewport, javaScriptEnabled } = test.info().project.use;
  const context = await browser.newContext({ baseURL, viewport, javaScriptEnabled });
  const other = await context.newPage();
  await other.goto("/sign-in");
  await other.getByRole("link", { name: "Forgot your password?" }).click();
  await other.getByLabel("E-mail").fill(email);
  await other.getByRole("button", { name: "Send me a link" }).click();
  await other.goto(await askedFor(email));
  await expectAccessible(other);
  await other.getByLabel("New password", { exact: true }).fill("five words in a row");
  await other.getByLabel("New password once more").fill("five words in a row");
  await other.getByRole("button", { name: "Set password" }).click();
  await expect(other.getByRole("status").first()).toContainText("Your new password is set");
  await other.getByLabel("E-mail").fill(email);
  await other.getByLabel("Password").fill("five words in a row");
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(other).toHaveURL(/\/usage$/);
  await context.close();
  await page.goto("/usage");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a new e-mail is confirmed by the link that goes there @nojs", async ({ page }) => {
  const [email, fresh] = [newMailbox("quinn"), newMailbox("quinn-new")];
  await page.goto(await invited(email));
  await page.getByLabel("Name").fill("Quinn");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Welcome", level: 1 })).toBeVisible();
  await page.goto("/settings");
  const card = page.locator("#email");
  await card.getByLabel("New e-mail").fill(fresh);
  await card.getByLabel("Your password").fill(PASSWORD);
  await card.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("status").first()).toContainText("Until you open it, nothing changes");
  await page.goto(await askedFor(fresh));
  await expectAccessible(page);
  await page.getByRole("button", { name: "Make this my e-mail" }).click();
  await expect(page.getByRole("status").first()).toContainText("Your e-mail was changed");
  await expect(page.locator("#profile")).toContainText(fresh);
});

test("an admin invites, shows a link once more, and withdraws it @once", async ({ page }) => {
  const email = newMailbox("pia");
  await signIn(page, "admin");
  await page.goto("/admin/links");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByRole("heading", { name: `Link for ${email}` })).toBeVisible();
  const first = await page.locator(".link-address").textContent();
  await page.getByRole("button", { name: `Show link: ${email}` }).click();
  await expect(page.locator(".link-address")).not.toHaveText(first ?? "");
  await expectAccessible(page);
  await page.getByRole("button", { name: `Withdraw: ${email}` }).click();
  await expect(page.getByRole("status").first()).toContainText("The link was withdrawn");
  await expect(page.getByRole("rowheader", { name: email })).toHaveCount(0);
});
