import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['dist/', 'js/generated/', 'target/', '**/target/', 'testdata/'] },
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
    files: ['tools/**', 'tests/*.js', 'tests/bench/**', 'tests/browser/*.js', 'tests/environments/**', 'examples/**'],
    languageOptions: { globals: globals.node },
  },
  { files: ['tests/suite/**'], languageOptions: { globals: globals.browser } },
];
