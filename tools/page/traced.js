/** Lets a module say which of its lines run, so that the page can mark them: for the samples that it shows. */

import { parse } from 'acorn';

/** The name of the function that is called with the first and the last line of what runs next. */
const RAN = '__ran';

/** Nodes that are statements of a block or a module, and run. */
const isStatement = ({ type, declaration }) =>
  type === 'ExportNamedDeclaration'
    ? declaration?.type === 'VariableDeclaration'
    : /Statement$|^VariableDeclaration$/.test(type) && type !== 'BlockStatement';

/**
 * Puts a call of `ran(sample, first, last)` before each statement, and into each function that is an expression.
 * @param {string} source of a module
 * @param {string} name of the sample
 * @param {string} tracer the module that exports `ran`
 */
export function traced(source, name, tracer) {
  const program = parse(source, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  const insertions = [];
  const call = ({ loc }) => `${RAN}(${JSON.stringify(name)},${loc.start.line},${loc.end.line})`;
  const visit = (node, parent) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) return void node.forEach((item) => visit(item, parent));
    if (typeof node.type !== 'string') return;
    const isListed = parent?.type === 'BlockStatement' || parent?.type === 'Program';
    if (isListed && isStatement(node)) insertions.push([node.start, `${call(node)};`]);
    if (node.type === 'ArrowFunctionExpression' && node.expression) {
      insertions.push([outerStart(source, node), `(${call(node.body)},`], [node.end, ')']);
    }
    for (const [key, value] of Object.entries(node)) if (key !== 'loc') visit(value, node);
  };
  visit(program);
  let text = '';
  let at = 0;
  for (const [place, inserted] of insertions.sort(([one], [other]) => one - other)) {
    text += source.slice(at, place) + inserted;
    at = place;
  }
  return `import { ran as ${RAN} } from ${JSON.stringify(tracer)};${text}${source.slice(at)}`;
}

/** Where an arrow function's body begins, parentheses around it included. */
const outerStart = (source, { start, body }) => start + source.slice(start, body.start).lastIndexOf('=>') + 2;
