import js from '@eslint/js';
// Kept, and works with this ESLint: circles and floors are checked where all else is.
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import globals from 'globals';

/** The rooms of js/, from the top floor down (docs/ARCHITECTURE.md); those of one list stand on one floor. */
const FLOORS = [
  ['entry'],
  ['pool'],
  ['api', 'worker'],
  ['wasi', 'routes', 'nats', 'interrupt', 'observing'],
  ['invocation'],
  ['loading'],
  ['base', 'platform'],
];

/** The same of bin/, below its entry. */
const BIN_FLOORS = [
  ['commands'],
  ['bench', 'init', 'inspect', 'nats'],
  ['guest', 'payload'],
  ['output'],
  ['arguments'],
];

/** No file of a folder imports from a room above its own. */
const zonesOf = (folder, floors) =>
  floors.flatMap((rooms, floor) => {
    const above = floors.slice(0, floor).flat();
    const from = above.map((room) => `./${folder}/${room}`);
    return floor === 0 ? [] : rooms.map((room) => ({ target: `./${folder}/${room}`, from }));
  });

const withoutCircles = (zones) => ({
  plugins: { 'import-x': importX },
  settings: { 'import-x/resolver-next': [createNodeResolver()] },
  rules: {
    'import-x/no-cycle': ['error', { ignoreExternal: true }],
    'import-x/no-restricted-paths': ['error', { zones }],
  },
});

const madeAtImport = (name) => ({
  selector: `Program > VariableDeclaration > VariableDeclarator > NewExpression[callee.name='${name}']`,
  message: `import it from js/base/encoding.js`,
});

export default [
  { ignores: ['**/dist/', 'www/pages/', 'www/site/', 'js/generated/', 'target/', '**/target/', 'testdata/'] },
  js.configs.recommended,
  {
    languageOptions: { globals: { ...globals['shared-node-browser'], WebAssembly: 'readonly', Worker: 'readonly' } },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      'object-shorthand': 'error',
    },
  },
  {
    files: [
      'bin/**',
      'tools/**',
      'tests/*.js',
      'tests/bench/**',
      'tests/cli/**',
      'tests/fuzz/**',
      'tests/browser/*.js',
      'tests/environments/**',
      'tests/documents/**',
      'tests/examples/**',
      'tests/nats/*.js',
      'tests/site/**',
      'tests/package/*.js',
      'examples/**',
    ],
    languageOptions: { globals: globals.node },
  },
  {
    files: [
      'tests/suite/**',
      'tests/browser/page/**',
      'tests/bench/greeted.js',
      'tools/site/theme.js',
      'www/**',
      'examples/vite-app/main.js',
      'examples/kubewarden-policy/page.js',
    ],
    languageOptions: { globals: globals.browser },
  },
  { files: ['bin/**/*.js'], ...withoutCircles(zonesOf('bin', BIN_FLOORS)) },
  { files: ['js/**/*.js'], ...withoutCircles(zonesOf('js', FLOORS)) },
  {
    files: ['js/**/*.js'],
    rules: {
      // They may be missing where the package is imported: `js/base/encoding.js`.
      'no-restricted-syntax': ['error', ...['TextEncoder', 'TextDecoder'].map(madeAtImport)],
    },
  },
];
