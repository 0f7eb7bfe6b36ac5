/** The oldest Node.js whose built-in SQLite the store can use; the same as `engines` in package.json. */
const oldest = '22.13';

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = than.split('.').map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

// Imported before anything that an older Node.js cannot load, so that this sentence comes instead of a riddle.
if (isOlder(process.versions.node, oldest)) {
  throw new Error(
    `Order to cash needs Node.js ${oldest} or newer and runs on ${process.versions.node}: install a newer Node.js and start again.`,
  );
}
