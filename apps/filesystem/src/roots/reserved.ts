/** The folder at the top of a root that holds what was deleted. */
export const trashName = '.trellis-trash';

const temporary = /^\.trellis-.*\.tmp$/s;

/** Whether a name is this server's own: the trash, or a file that is being written. Nobody reads or lists it, in any case of letters. */
export function isReserved(name: string): boolean {
  const folded = name.toLowerCase();
  return folded === trashName || temporary.test(folded);
}
