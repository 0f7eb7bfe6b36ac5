// Preloaded into a child process (`fork` with `execArgv`): it ends when the process that started it has gone.
process.once('disconnect', () => process.exit());
