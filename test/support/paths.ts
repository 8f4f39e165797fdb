import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** The folder of package.json. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

/** What of package.json the tests look at. */
export const manifest = z
  .looseObject({
    version: z.string(),
    main: z.string(),
    bin: z.object({ belfry: z.string() }),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    overrides: z.record(z.string(), z.string()),
    scripts: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')))

/** The built command, where package.json says that it is. */
export const builtCli = join(projectRoot, manifest.bin.belfry)
