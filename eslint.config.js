import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['dist/', 'www/dist/', 'js/generated/', 'target/', '**/target/', 'testdata/'] },
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
      'tools/**',
      'tests/*.js',
      'tests/bench/**',
      'tests/fuzz/**',
      'tests/browser/*.js',
      'tests/environments/**',
      'tests/package/*.js',
      'examples/**',
    ],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['tests/suite/**', 'tests/browser/drive.js', 'tests/bench/greeted.js', 'www/**'],
    languageOptions: { globals: globals.browser },
  },
];
