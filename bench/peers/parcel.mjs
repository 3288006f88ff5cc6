// Prints the path of each file that is made below a directory, as @parcel/watcher tells it.
//
//   node parcel.mjs DIRECTORY

import watcher from '@parcel/watcher';

const tell = (error, events) => {
  if (error) {
    process.stdout.write(`${error}\n`);
    return;
  }
  const made = events.filter((event) => event.type === 'create');
  process.stdout.write(made.map((event) => `${event.path}\n`).join(''));
};

await watcher.subscribe(process.argv[2], tell, { backend: 'inotify' });
process.stdout.write('Watches established.\n');
