import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Packs each file once, here, so that the server never does. */
function packed(): Plugin {
  let folder = '';
  return {
    name: 'packed',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(html|js|mjs|css|svg|json)$/.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        const plain = readFileSync(file);
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
        writeFileSync(`${file}.br`, brotliCompressSync(plain, { params: quality }));
        writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
      }
    },
  };
}

/**
 * Names in the phone's page what it loads later, all but the map: the browser fetches it when it has nothing else to do,
 * and the page's worker keeps it for when there is no network.
 */
function named(): Plugin {
  return {
    name: 'named',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {}, chunk, path }) {
        if (!chunk || path !== '/phone.html') return;
        const files = new Set<string>();
        const walk = (file: string): void => {
          const one = bundle[file];
          if (one?.type !== 'chunk' || files.has(file) || one.moduleIds.some((id) => id.includes('maplibre-gl'))) return;
          files.add(file);
          for (const style of one.viteMetadata?.importedCss ?? []) files.add(style);
          [...one.imports, ...one.dynamicImports].forEach(walk);
        };
        walk(chunk.fileName);
        const later = [...files].filter((file) => !html.includes(file));
        return later.map((file) => ({ tag: 'link', attrs: { rel: 'prefetch', href: `/${file}` }, injectTo: 'head' as const }));
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte(), named(), packed()],
  build: {
    target: 'es2022',
    // One HTML entry for each audience; the desks and the wall join here.
    rollupOptions: {
      input: {
        map: 'index.html',
        desk: 'desk.html',
        department: 'department.html',
        wall: 'wall.html',
        phone: 'phone.html',
        report: 'report.html',
        worker: 'src/pages/phone/worker.ts',
      },
      // A service worker keeps its name, and rules the folder that it lies in.
      output: { entryFileNames: ({ name }) => (name === 'worker' ? 'phone.js' : 'assets/[name]-[hash].js') },
    },
    // A picture inside a style would need a wider policy than the server sends.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  test: {
    // `make bench-screens` says for how long.
    include: process.env.SECONDS ? ['bench/*.bench.ts'] : ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    // Drawing in software on a busy machine takes its time.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
