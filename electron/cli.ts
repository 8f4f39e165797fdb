#!/usr/bin/env node
/** The `belfry` command. */
import { runCli } from './cli/run-cli'
import { systemTerminal } from './cli/terminal'

process.exitCode = await runCli(process.argv.slice(2), systemTerminal())
