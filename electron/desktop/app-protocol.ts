/** The page's own address, `app://belfry/`: the built page's files and nothing else of this machine. */
import { protocol, type Session } from 'electron'
import { answerPage, pageScheme } from './page-files'

/** Must be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** @param folder the built page */
export function servePage(session: Session, folder: string): void {
  session.protocol.handle(pageScheme, (request) => answerPage(folder, request))
}
