/** Vite plugins that make the page's fixed assets from packages: glyphs, land, city names, the map worker, licences. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { glyphRange, readFont } from './glyphs.ts';

const STACKS = { regular: 400, semibold: 600 } as const;
const GLYPH_RANGES = [0, 256, 8192];
const SUBSETS = ['latin', 'latin-ext'];

/** Emit `map/`: everything the map reads from its own host. */
export function mapAssets(root: string): Plugin {
  const modules = join(root, 'node_modules');
  return {
    name: 'map-assets',
    generateBundle() {
      const emit = (fileName: string, source: string | Uint8Array): void => {
        this.emitFile({ type: 'asset', fileName, source });
      };
      for (const [stack, weight] of Object.entries(STACKS)) {
        const fonts = SUBSETS.map((subset) =>
          readFont(join(modules, `@fontsource/inter/files/inter-${subset}-${weight}-normal.woff`)),
        );
        for (const start of GLYPH_RANGES) {
          emit(`map/glyphs/${stack}/${start}-${start + 255}.pbf`, glyphRange(stack, fonts, start));
        }
      }
      emit('map/land.json', readFileSync(join(modules, 'world-atlas/land-50m.json')));
      emit('map/cities.json', compact(readFileSync(join(root, 'data/cities.json'), 'utf8')));
      emit('map/worker.js', readFileSync(join(modules, 'maplibre-gl/dist/maplibre-gl-csp-worker.js')));
    },
  };
}

/** Emit `LICENSES.txt`: the licence of every package that the page carries. */
export function licenceFile(root: string, packages: readonly string[], notes: string): Plugin {
  return {
    name: 'licence-file',
    generateBundle() {
      const parts = packages.map((name) => licenceOf(join(root, 'node_modules', name), name));
      this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: [notes.trim(), ...parts].join('\n\n') + '\n' });
    },
  };
}

function licenceOf(folder: string, name: string): string {
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license?: string;
  };
  const file = readdirSync(folder)
    .sort()
    .find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined ? `Licence: ${license ?? 'see the package'}` : readFileSync(join(folder, file), 'utf8');
  return `${'='.repeat(79)}\n${name} ${version} (${license ?? 'licence below'})\n${'='.repeat(79)}\n\n${text.trim()}`;
}

function compact(json: string): string {
  return JSON.stringify(JSON.parse(json));
}
