import { describe } from 'vitest'
import { contract } from '../support/contract'
import { logWriterContract } from '../support/contract-log-writer'
import { faultyFiles } from '../support/faulty-files'
import { MemoryLogWriter } from '../support/memory-log-writer'
import { createContext } from '../../electron/host/store/context'
import { createLogStore } from '../../electron/host/store/run-log'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

describe('a log on disk', () => {
  contract(logWriterContract, async () => {
    const faulty = faultyFiles()
    const logs = createLogStore(createContext(storePorts({ files: faulty.files }), await tempFolder(), '0.1.0'))
    const writer = await logs.open({ id: 'run-1', createdAt: '2026-11-20T12:00:00.000Z' }, 65_536)
    return { writer, setFull: (full) => faulty.room(full ? 0 : Infinity) }
  })
})

describe('a log in memory, for tests', () => {
  contract(logWriterContract, () => {
    const writer = new MemoryLogWriter()
    return { writer, setFull: (full) => void (writer.refuse = full) }
  })
})
