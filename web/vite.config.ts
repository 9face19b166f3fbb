import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { licenceFile, mapAssets } from './build/assets.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What ends up in the page, with what MapLibre's own file carries inside. */
const CARRIED = [
  'maplibre-gl',
  'pmtiles',
  'fflate',
  'mgrs',
  'topojson-client',
  'world-atlas',
  '@fontsource/inter',
  '@mapbox/point-geometry',
  '@mapbox/tiny-sdf',
  '@mapbox/unitbezier',
  '@mapbox/vector-tile',
  '@mapbox/whoots-js',
  '@maplibre/geojson-vt',
  '@maplibre/maplibre-gl-style-spec',
  '@maplibre/mlt',
  '@maplibre/vt-pbf',
  'earcut',
  'gl-matrix',
  'kdbush',
  'murmurhash-js',
  'pbf',
  'potpack',
  'quickselect',
  'tinyqueue',
];

const NOTES = `Third-party code and data in the console page, built from the packages named below.

Land: Natural Earth (public domain), as packed by world-atlas.
City names: GeoNames (geonames.org), CC BY 4.0, https://creativecommons.org/licenses/by/4.0/ ; the larger cities,
coordinates rounded, countries left out.
Letters on the map: signed distance glyphs made from Inter (SIL Open Font License 1.1, below).`;

export default defineConfig({
  root,
  base: './',
  publicDir: 'public',
  plugins: [mapAssets(root), licenceFile(root, CARRIED, NOTES)],
  // The build whose worker is a file of its own: the page's policy allows no scripts made at run time.
  resolve: { alias: [{ find: /^maplibre-gl$/, replacement: 'maplibre-gl/dist/maplibre-gl-csp.js' }] },
  build: {
    outDir: '../src/sidelook/console/static',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    // What others wrote is a file of its own: it changes seldom, and a profile tells it from the page's own script.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'packages', test: /node_modules/ }] } } },
  },
  test: { include: ['test/**/*.test.ts'] },
});
