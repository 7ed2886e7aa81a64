/** Stands for a server whose port is taken. */
process.stderr.write('plum: the port is taken; choose another with --port.\n');
process.exitCode = 69;
