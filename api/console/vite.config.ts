/** Builds into the Python package, which serves the pages; `--mode fake` plays the server instead (dev/fake.ts). */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const server = process.env["KEZEK_API"] ?? "http://127.0.0.1:8109";

export default defineConfig(async ({ mode }) => ({
  plugins: [svelte(), ...(mode === "fake" ? [(await import("./dev/fake.ts")).fakeServer()] : [])],
  build: {
    outDir: "../kezek_api/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
  },
  server:
    mode === "fake"
      ? { host: "127.0.0.1" }
      : {
          host: "127.0.0.1",
          proxy: { "/api": { target: server, ws: true }, "/health": server },
        },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
}));
