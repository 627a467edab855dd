// The second step of a sign-in: set up, asked for, and replaced by a recovery code.
import { createHmac } from "node:crypto";
import { type Page } from "@playwright/test";
import { expect, expectAccessible, leave, test } from "./fixtures";
import { invited, newMailbox } from "./links";

const PASSWORD = "four words in a row";

/** What an authenticator app shows at an instant (RFC 6238). */
function code(secret: string, at: number): string {
  const digits = [...secret.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const place = (hash[19] ?? 0) & 15;
  return String((hash.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** The time by the demo's clock, to the minute: that of the session that began just now. */
async function demoNow(page: Page): Promise<number> {
  const other = await page.context().newPage();
  await other.goto("/settings");
  const at = await other.locator("#sessions time").first().getAttribute("datetime");
  await other.close();
  return Date.parse(at ?? "");
}

test.describe("two-step sign-in", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("asks for a code of the app, or for a recovery code once @nojs", async ({ page }) => {
    const email = newMailbox("rosa");
    await page.goto(await invited(email));
    await page.getByLabel("Name").fill("Rosa");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("heading", { name: "Welcome", level: 1 })).toBeVisible();

    await page.goto("/settings");
    const card = page.locator("#second-step");
    await card.getByLabel("Your password").fill(PASSWORD);
    await card.getByRole("button", { name: "Set up" }).click();
    await expect(page.getByRole("img", { name: "QR code for your authenticator app" })).toBeVisible();
    await expectAccessible(page);
    const secret = (await page.locator("code.secret").textContent()) ?? "";
    await page.getByRole("textbox", { name: "Code" }).fill(code(secret, await demoNow(page)));
    await page.getByRole("button", { name: "Turn on" }).click();
    await expect(page.getByRole("heading", { name: "Keep these recovery codes" })).toBeVisible();
    await expectAccessible(page);
    const recovery = await page.locator(".recovery-codes code").allTextContents();
    expect(recovery).toHaveLength(10);

    await leave(page);
    await page.goto("/sign-in?next=%2Fkeys");
    const enter = async () => {
      await page.getByLabel("E-mail").fill(email);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
    };
    await enter();
    await expectAccessible(page);
    await page.getByRole("textbox", { name: "Code" }).fill("000000");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("textbox", { name: "Code" })).toHaveAccessibleDescription(/This code is not right/);
    await page.getByRole("textbox", { name: "Code" }).fill(recovery[0]?.toUpperCase() ?? "");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(/\/keys$/);
    await page.goto("/settings");
    await expect(page.locator("#second-step")).toContainText("9 recovery codes left");
  });
});
