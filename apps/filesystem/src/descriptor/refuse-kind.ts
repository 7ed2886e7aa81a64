import { AppError } from '@trellis-mcp/errors';
import { type Located, quote } from '../roots/located.ts';
import type { FileKind } from './file-kind.ts';

const names: Readonly<Record<FileKind, string>> = {
  file: 'a file',
  directory: 'a folder',
  symlink: 'a link',
  fifo: 'a FIFO',
  socket: 'a socket',
  device: 'a device',
  unknown: 'no regular file',
};

const hints: Partial<Record<FileKind, string>> = {
  file: 'Call read_file.',
  directory: 'Call list_directory.',
};

/** What to answer when something inside of the roots is not of the kind that was asked for. */
export function refuseKind(located: Located, kind: FileKind): AppError {
  return new AppError('INVALID_INPUT', `${quote(located)} is ${names[kind]}.`, {
    hint: hints[kind] ?? 'Only files and folders can be read.',
  });
}
