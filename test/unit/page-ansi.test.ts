import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { ansiSpans, findAll, markRanges, plainText } from '../../renderer/src/lib/ansi'

const red = '\u001b[31m'
const reset = '\u001b[0m'

describe('a log line with terminal colours', () => {
  it('keeps a plain line as one span', () => {
    expect(ansiSpans('copied 3 files')).toEqual([
      { text: 'copied 3 files', classes: '', color: null, background: null },
    ])
  })

  it('names the sixteen colours and decorations by class, so that light and dark can choose their own', () => {
    const spans = ansiSpans(`a${red}b\u001b[1;92;44mc${reset}d`)
    expect(spans.map((span) => [span.text, span.classes])).toEqual([
      ['a', ''],
      ['b', 'ansi-red-fg'],
      ['c', 'ansi-bright-green-fg ansi-blue-bg ansi-bold'],
      ['d', ''],
    ])
  })

  it.each([
    ['palette', '\u001b[38;5;208mx', 'rgb(255, 135, 0)', null],
    ['grey of the palette', '\u001b[38;5;250mx', 'rgb(188, 188, 188)', null],
    ['true colour', '\u001b[38;2;1;2;3mx', 'rgb(1, 2, 3)', null],
    ['true colour behind', '\u001b[48;2;9;8;7mx', null, 'rgb(9, 8, 7)'],
    ['colons', '\u001b[38:5:208mx', 'rgb(255, 135, 0)', null],
  ])('reads %s colours', (_, line, color, background) => {
    expect(ansiSpans(line)).toMatchObject([{ text: 'x', color, background }])
  })

  it.each([
    ['cursor moves and erasing', '\u001b[2K\u001b[1Gdone', 'done'],
    ['a window title', '\u001b]0;my title\u0007done', 'done'],
    ['a link', '\u001b]8;;https://example.org\u001b\\here\u001b]8;;\u001b\\', 'here'],
    ['a progress report', '\u001b]9;4;1;40\u0007done', 'done'],
    ['private modes', '\u001b[?25ldone\u001b[?25h', 'done'],
    ['what a carriage return overwrote', '10 %\r50 %\r100 %', '100 %'],
    ['a carriage return at the end', 'windows line\r', 'windows line'],
    ['bells and other control characters', 'a\u0007b\u0008c', 'abc'],
  ])('drops %s', (_, line, text) => {
    expect(plainText(line)).toBe(text)
    expect(
      ansiSpans(line)
        .map((span) => span.text)
        .join(''),
    ).toBe(text)
  })

  it('never loses or adds a visible character, whatever comes', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        red,
        reset,
        '\u001b[',
        '\u001b',
        '\u001b]8;;x',
        '\u0007',
        '\r',
        '\u001b[?1h',
        '\u001b[38;5m',
        '\u001b[1;999mz',
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const line = pieces.join('')
        expect(
          ansiSpans(line)
            .map((span) => span.text)
            .join(''),
        ).toBe(plainText(line))
      }),
      { numRuns: 500 },
    )
  })
})

describe('searching a line', () => {
  it.each([
    ['ignores case', 'Skip it, skip', 'skip', [0, 9]],
    ['minds case when the needle has a capital', 'Skip it, skip', 'Skip', [0]],
    ['finds nothing for an empty needle', 'abc', '', []],
    ['does not overlap', 'aaaa', 'aa', [0, 2]],
  ])('%s', (_, text, needle, starts) => {
    expect(findAll(text, needle).map((range) => range.start)).toEqual(starts)
  })

  it('cuts coloured spans at the edges of what was found', () => {
    const line = `no ${red}sk${reset}ip here, skip`
    const pieces = markRanges(ansiSpans(line), findAll(plainText(line), 'skip'))
    expect(pieces.map((piece) => [piece.text, piece.classes, piece.match])).toEqual([
      ['no ', '', null],
      ['sk', 'ansi-red-fg', 0],
      ['ip', '', 0],
      [' here, ', '', null],
      ['skip', '', 1],
    ])
  })

  it('puts the same text together again, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', red, reset) }),
        fc.string({ unit: fc.constantFrom('a', 'b') }),
        (line, needle) => {
          const pieces = markRanges(ansiSpans(line), findAll(plainText(line), needle))
          expect(pieces.map((piece) => piece.text).join('')).toBe(plainText(line))
          for (const piece of pieces) expect(piece.text).not.toBe('')
        },
      ),
    )
  })
})
