import { defineConfig } from "@playwright/test";
import { desktop } from "./lib/devices";

/** One worker: all tests share one demo server, and the machine may be small. */
export default defineConfig({
  testDir: "tests",
  outputDir: "out/traces",
  globalSetup: "./lib/server.ts",
  workers: 1,
  retries: process.env.CI ? 1 : 0, // a shared machine may stall for seconds
  timeout: 60_000,
  globalTimeout: 10 * 60_000,
  expect: { timeout: 8_000 },
  reporter: "list",
  use: {
    ...desktop,
    actionTimeout: 8_000,
    navigationTimeout: 15_000,
    screenshot: "only-on-failure",
    timezoneId: "Asia/Shanghai",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-quic", "--no-first-run",
      ],
    },
  },
});
