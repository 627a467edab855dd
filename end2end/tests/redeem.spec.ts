// A code from the chat with support, from the command that makes it to the calls it gives.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { figures } from "./console";
import { enter, expect, test } from "./fixtures";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Each of the three runs adds to an API of its own. */
const api = () => ({ desktop: "searchMemory", phone: "addMessage", nojs: "getMessage" } as const)[test.info().project.name as "desktop" | "phone" | "nojs"];

/** Makes a code as an operator does, on the database that the server has open. */
function code(...options: string[]): string {
  return execFileSync(`${root}scripts/serve.sh`, ["admin", "code", "create", ...options], {
    env: { ...process.env, DATABASE_URL: `sqlite:${root}target/end2end/e2e.db`, ALLOWANCE_LOG: "error" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

test.describe("a code from support", () => {
  test.use({ expectedConsoleErrors: [/status of 422/] });

  test("gives its calls once, however it is typed, and says why when it does not @nojs", async ({ page }) => {
    await enter(page, "leo");
    await page.goto("/usage");
    const before = await figures(page, api());
    const made = code("--api", api(), "--calls", "25");
    await page.goto("/request-more");
    const field = page.getByRole("textbox", { name: "Code" });
    const redeem = page.getByRole("button", { name: "Redeem", exact: true });
    await field.fill("ABCD-EFGH-JKLM-NPQR");
    await redeem.click();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveValue("ABCD-EFGH-JKLM-NPQR");
    await field.fill(` ${made.toLowerCase().replaceAll("-", " ")} `);
    await redeem.click();
    await expect(page.getByRole("status").first()).toContainText("The code is redeemed");
    await page.goto("/usage");
    expect((await figures(page, api())).remaining).toBe(before.remaining + 25);

    await page.goto("/request-more");
    await field.fill(made);
    await redeem.click();
    await expect(field).toHaveAccessibleDescription(/You have redeemed this code already/);
  });
});
