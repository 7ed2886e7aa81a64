#!/usr/bin/env node
'use strict';
// ECMAScript 5 on purpose: an old Node must get far enough to say that it is too old. The same file in every app; its name is the program's.
var fs = require('fs');
var path = require('path');

var name = path.basename(__filename, '.cjs');
var version = process.versions.node.split('.').map(Number);
var bundle = path.join(__dirname, '../dist/start.cjs');
var source = path.join(__dirname, '../src/main.ts');

function runBundle() {
  try {
    require(bundle);
  } catch (error) {
    process.stderr.write(name + ' cannot be loaded: ' + (error && error.stack) + '\n');
    process.exit(70);
  }
}

// In a checkout that was not built: the source, in place of this process where the platform can.
function runSource() {
  var args = ['--conditions=@trellis-mcp/source', source].concat(process.argv.slice(2));
  if (process.execve && process.platform !== 'win32') process.execve(process.execPath, [process.execPath].concat(args), process.env);
  require('child_process')
    .spawn(process.execPath, args, { stdio: 'inherit' })
    .on('exit', function (code) {
      process.exit(code === null ? 70 : code);
    });
}

if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  process.stderr.write(name + ' needs Node.js 22.19 or newer; this is ' + process.version + '.\n');
  process.exit(78);
} else if (fs.existsSync(bundle)) {
  runBundle();
} else {
  runSource();
}
