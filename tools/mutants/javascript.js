/** Small mutations of JavaScript: an operator or a constant changed, a call left out, a condition fixed. */

import { parse } from 'acorn';

import { OPERATORS as COMMON } from './operators.js';

const OPERATORS = { ...COMMON, '===': '!==', '!==': '===', '>>>': '>>', '??=': '=' };

/**
 * All mutations of a file's text.
 * @returns {{ start: number, end: number, text: string, what: string }[]} `text` replaces the characters from `start`
 * to `end`
 */
export function mutationsOfJavaScript(source) {
  const program = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
  const mutations = [];
  const put = (node, text, what) => mutations.push({ start: node.start, end: node.end, text, what });
  visit(program, undefined, '', (node, parent, key) => BY_TYPE[node.type]?.(node, { put, source, parent, key }));
  return mutations;
}

/** Calls `see` with each node, its parent, and the parent's property that holds it. */
function visit(node, parent, key, see) {
  see(node, parent, key);
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string') visit(child, node, name, see);
    }
  }
}

const BY_TYPE = {
  BinaryExpression: operator,
  LogicalExpression(node, context) {
    if (node.operator !== '??') operator(node, context);
    else context.put(node, textOf(node.left, context), `\`?? ${textOf(node.right, context)}\` left out`);
  },
  AssignmentExpression: operator,
  UpdateExpression(node, context) {
    const other = node.operator === '++' ? '--' : '++';
    const argument = textOf(node.argument, context);
    context.put(node, node.prefix ? other + argument : argument + other, `${node.operator} -> ${other}`);
  },
  UnaryExpression(node, context) {
    if (node.operator !== '!') return;
    context.put(node, `(${textOf(node.argument, context)})`, '! left out');
  },
  Literal: literal,
  ConditionalExpression: condition,
  IfStatement: condition,
  ExpressionStatement(node, context) {
    const expression = node.expression.type === 'AwaitExpression' ? node.expression.argument : node.expression;
    const isCall = ['CallExpression', 'ChainExpression'].includes(expression.type);
    // A constructor cannot do without its super call.
    if (!isCall || expression.callee?.type === 'Super') return;
    context.put(node, ';', 'call left out');
  },
  ReturnStatement(node, context) {
    if (node.argument === null || textOf(node.argument, context) === 'undefined') return;
    context.put(node, 'return undefined;', 'return value left out');
  },
};

const textOf = ({ start, end }, { source }) => source.slice(start, end);

/** The operator between two operands. */
function operator({ left, right, operator }, { put, source }) {
  const other = OPERATORS[operator];
  if (other === undefined) return;
  const start = source.indexOf(operator, left.end);
  if (start >= right.start) return;
  put({ start, end: start + operator.length }, other, `${operator} -> ${other}`);
}

function literal(node, { put, parent, key }) {
  const { value, raw } = node;
  // Skips module names, property names and directives.
  if (key === 'source' || parent.directive !== undefined || (key === 'key' && !parent.computed)) return;
  if (typeof value === 'number') put(node, `${value + 1}`, `${raw} -> ${value + 1}`);
  else if (typeof value === 'boolean') put(node, `${!value}`, `${raw} -> ${!value}`);
  // Skips texts with a space, which are for people: tests do not match on messages.
  else if (typeof value === 'string' && !value.includes(' ')) {
    const other = value === '' ? "'x'" : "''";
    put(node, other, `${raw} -> ${other}`);
  }
}

function condition({ test }, { put, source }) {
  const text = source.slice(test.start, test.end);
  for (const always of ['true', 'false']) if (text !== always) put(test, always, `condition ${text} -> ${always}`);
}
