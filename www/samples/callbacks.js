/** Callbacks to begin with: their texts, and what they do. Each is a script that defines `hostCall`. */

const ECHO = `const hostCall = {
  foo: { echo: (name) => name },
};
`;

const UPPER = `const hostCall = {
  foo: { echo: (name) => name.toUpperCase() },
};
`;

const LATER = `const wait = (ms) => new Promise((go) => setTimeout(go, ms));

const hostCall = {
  foo: {
    async echo(name) {
      await wait(300);
      return name;
    },
  },
};
`;

const ERROR = `const hostCall = {
  foo: {
    echo(name) {
      throw new Error(\`nobody is called \${name}\`);
    },
  },
};
`;

const NEVER = `const hostCall = {
  foo: {
    echo() {
      while (true) {}
    },
  },
};
`;

export default [
  [ECHO, 'echo'],
  [UPPER, 'upper case'],
  [LATER, 'after 300 ms'],
  [ERROR, 'an error'],
  [NEVER, 'never'],
];
