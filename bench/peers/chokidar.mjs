// Prints the path of each file that is made below a directory, as chokidar tells it.
//
//   node chokidar.mjs DIRECTORY

import chokidar from 'chokidar';

chokidar
  .watch(process.argv[2], { ignoreInitial: true })
  .on('add', (path) => process.stdout.write(`${path}\n`))
  .on('error', (error) => process.stdout.write(`${error}\n`))
  .on('ready', () => process.stdout.write('Watches established.\n'));
