/** The language and the tools that a guest was made with. */

/**
 * @param {import('wapc-host').ModuleInfo} info
 * @returns {{ language: string | undefined, tools: string[] }} undefined where nothing says it
 */
export function languageOf({ producers, imports, exports }) {
  const named = (field) => producers.filter((producer) => producer.field === field);
  const text = ({ name, version }) => (version === '' ? name : `${name} ${version}`);
  const languages = [...new Set(named('language').map(text))];
  const tools = [...named('processed-by'), ...named('sdk')].map(text);
  return { language: languages.join(', ') || guess(imports, exports), tools };
}

/** AssemblyScript and older compilers write no producers. */
function guess(imports, exports) {
  const has = (list, wanted) => list.some(({ module, name }) => wanted === (module ? `${module}.${name}` : name));
  if (has(imports, 'env.abort') || has(exports, '__collect')) return 'AssemblyScript, by its imports and exports';
  return undefined;
}
