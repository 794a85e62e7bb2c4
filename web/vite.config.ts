import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.TUMA_DEV_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // antd's parts do nothing when imported; saying so drops those the shell never uses.
      treeshake: { moduleSideEffects: [{ test: /@rc-component|rc-/, sideEffects: false }] },
      output: {
        // One file per language, so that a person downloads only their own.
        codeSplitting: {
          groups: [
            { name: "zh-CN", test: /src[\\/]locales[\\/]zh-CN/ },
            { name: "en", test: /src[\\/]locales[\\/]en/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": server, "/q": server, "/l": server } },
  test: { environment: "jsdom", setupFiles: ["src/shared/test-setup.ts"], testTimeout: 20000 },
});
