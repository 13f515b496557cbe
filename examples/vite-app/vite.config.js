/** Headers that let pages share memory with workers. A server that serves the built page has to send them, too. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

export default {
  build: { target: 'es2022' },
  server: { headers },
  preview: { headers },
};
