/** A node of a parse tree: a plain JSON object. */
export type TreeNode = Readonly<Record<string, unknown>>;

/** Whether a value of a parse tree is a node (not a list, not a scalar). */
export function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Calls `visit` with every node below `root` and the key that holds it: its tag, or the field of a node that
 * needs no tag. Without recursion: trees are attacker-made. */
export function walkTree(root: unknown, visit: (key: string, node: TreeNode) => void): void {
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) {
      value.forEach((item) => open.push(item));
    } else if (isNode(value)) {
      // A tree is read from JSON: its nodes have no properties but their own.
      for (const key in value) {
        const child = value[key];
        if (typeof child === 'object' && child !== null) {
          open.push(child);
          if (!Array.isArray(child)) {
            visit(key, child as TreeNode);
          }
        }
      }
    }
  }
}

/** The texts of a list of String nodes, such as a qualified name; other nodes (`*`, subscripts) become `undefined`. */
export function readNames(list: unknown): (string | undefined)[] {
  return Array.isArray(list) ? list.map((item) => readString(item)) : [];
}

function readString(item: unknown): string | undefined {
  const node = isNode(item) ? item['String'] : undefined;
  const text = isNode(node) ? (node['sval'] ?? '') : undefined;
  return typeof text === 'string' ? text : undefined;
}
