/** The cluster that policies may ask about: here two namespaces. A real host asks the API server instead. */
const resources = {
  'v1/Namespace/shop': { metadata: { name: 'shop', labels: { team: 'sales' } } },
  'v1/Namespace/scratch': { metadata: { name: 'scratch' } },
};

/** The resource that a policy asks for, as Kubernetes has it. */
export async function getResource({ api_version, kind, name }) {
  const id = `${api_version}/${kind}/${name}`;
  if (!Object.hasOwn(resources, id)) throw new Error(`the cluster has no ${id}`);
  return { apiVersion: api_version, kind, ...resources[id] };
}
