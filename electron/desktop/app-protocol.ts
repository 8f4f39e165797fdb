/** The page's own address, `app://belfry/`: the built page's files and nothing else of this machine. */
import { net, protocol, type Session } from 'electron'
import { answerPage, pageScheme } from './page-files'

/** Must be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

export interface PageSource {
  /** The built page. */
  readonly folder: string
  /** While developing: the server that builds the page as it is asked for. */
  readonly devServer: string | undefined
}

export function servePage(session: Session, { folder, devServer }: PageSource): void {
  session.protocol.handle(pageScheme, (request) => {
    if (devServer === undefined) return answerPage(folder, request)
    const { pathname, search } = new URL(request.url)
    return net.fetch(new URL(pathname + search, devServer).href)
  })
}
