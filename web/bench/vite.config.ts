/** Builds the pages that the frame benchmark compares the console with; they are never shipped. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root,
  base: './',
  resolve: { alias: [{ find: /^maplibre-gl$/, replacement: 'maplibre-gl/dist/maplibre-gl-csp.js' }] },
  build: {
    outDir: '../node_modules/.cache/bench',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: [`${root}bare.html`, `${root}geojson.html`] },
  },
});
