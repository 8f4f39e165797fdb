/** BelfryError to and from what oRPC carries; the one place that knows both. */
import { ORPCError, ValidationError } from '@orpc/contract'
import {
  BelfryError,
  errorShape,
  errorStatus,
  invalidInput,
  messageOf,
  type ErrorCode,
  type ErrorShape,
} from '../errors'

/** Bytes of a request's body over HTTP: an import may carry 10 MB of text. */
export const largestBody = 12 * 1024 * 1024

/** What a handler threw → what oRPC sends. Whatever is not ours becomes INTERNAL, without its words. */
export function toTransport(error: unknown): ORPCError<ErrorCode, { field?: string; detail?: unknown }> {
  const ours = ownError(error)
  return new ORPCError(ours.code, {
    defined: true,
    status: errorStatus[ours.code],
    message: ours.message,
    data: {
      ...(ours.field === undefined ? {} : { field: ours.field }),
      ...(ours.detail === undefined ? {} : { detail: ours.detail }),
    },
    cause: error,
  })
}

/** True when the operator's input or the state of things is to blame, not the host. */
export function isExpected(error: unknown): boolean {
  return ownError(error).code !== 'INTERNAL'
}

function ownError(error: unknown): BelfryError {
  if (error instanceof BelfryError) return error
  if (isCarried(error)) {
    if (error.cause instanceof ValidationError) {
      const refused = invalidInput(error.cause.issues as Parameters<typeof invalidInput>[0])
      return refused.field === undefined ? inBody(refused.message, refused.detail) : refused
    }
    if (isOurCode(error.code))
      return new BelfryError(error.code, error.message, error.data as { field?: string; detail?: unknown })
    if (error.status === 404) return new BelfryError('NOT_FOUND', 'there is no such procedure')
    if (error.status === 415) return new BelfryError('UNSUPPORTED_MEDIA_TYPE', 'only application/json is taken')
    if (error.status === 413) return inBody(`the body has more than ${largestBody} bytes`)
    // Nothing else of a request is read before its procedure is known.
    if (error.code === 'BAD_REQUEST') return inBody('is not JSON')
    if (error.status < 500) return new BelfryError('INVALID', `the request cannot be read: ${error.message}`)
  }
  return new BelfryError('INTERNAL', 'something went wrong inside the host; its log has the details', { cause: error })
}

/** What is wrong with all of the input rather than with a field of it. */
function inBody(message: string, detail?: unknown): BelfryError {
  return new BelfryError('INVALID', message, { field: 'body', detail })
}

/** The body of an HTTP error answer. */
export function errorBody(error: ORPCError<string, unknown>): ErrorShape {
  return ownError(error).toJSON()
}

/** An HTTP error answer's body → what oRPC throws at the client; undefined when it is not ours. */
export function fromErrorBody(body: unknown): ORPCError<ErrorCode, unknown> | undefined {
  const parsed = errorShape.safeParse(body)
  if (!parsed.success) return undefined
  const { code, message, field, detail } = parsed.data
  return toTransport(new BelfryError(code, message, { ...(field === undefined ? {} : { field }), detail }))
}

/** What a client caught → BelfryError. A connection that is not there or broke becomes NO_HOST. */
export function fromTransport(error: unknown): BelfryError {
  if (error instanceof BelfryError) return error
  if (error instanceof ORPCError) return ownError(error)
  return new BelfryError('NO_HOST', `the host does not answer: ${messageOf(error)}`, { cause: error })
}

function isCarried(error: unknown): error is ORPCError<string, unknown> {
  return error instanceof ORPCError
}

function isOurCode(code: string): code is ErrorCode {
  return code in errorStatus
}
